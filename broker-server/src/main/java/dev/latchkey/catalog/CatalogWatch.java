package dev.latchkey.catalog;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Has the catalog read again when a file of the operator's folder has changed. A bad file leaves all as it was (R133). Each
 * process looks by itself.
 */
@ApplicationScoped
final class CatalogWatch {

    private static final Logger LOG = Logger.getLogger(CatalogWatch.class);
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Catalog catalog;
    private final Optional<Path> folder;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("catalog-watch").daemon().factory());
    private SortedMap<String, String> known;

    CatalogWatch(Catalog catalog, CatalogConfig config) {
        this.catalog = catalog;
        this.folder = config.folder();
        this.known = look();
    }

    void start(@Observes StartupEvent event) {
        if (folder.isPresent()) {
            thread.scheduleWithFixedDelay(this::readIfChanged, PAUSE.toSeconds(), PAUSE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        thread.shutdownNow();
    }

    /** Says of each change once what came of it. */
    synchronized void readIfChanged() {
        SortedMap<String, String> found = look();
        if (found.equals(known)) {
            return;
        }
        known = found;
        try {
            catalog.reload();
            LOG.info("the catalog was read again");
        } catch (CatalogFileException e) {
            LOG.warnf("the catalog stays as it was: %s", e.getMessage());
        }
    }

    /** Size and time of each file by its name; empty if the folder cannot be read. */
    private SortedMap<String, String> look() {
        SortedMap<String, String> files = new TreeMap<>();
        if (folder.isEmpty()) {
            return files;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.get(), "*.yaml")) {
            for (Path file : entries) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                files.put(file.toString(), attributes.size() + " " + attributes.lastModifiedTime());
            }
        } catch (IOException e) {
            files.clear(); // reading it again will say why
        }
        return files;
    }
}
