package dev.latchkey.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.problem.BrokerException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads rows from the class path and from the operator's folder. Each file is bounded, plain YAML, closed by a schema,
 * and names allowed addresses only (R133, R134); otherwise nothing of the whole catalog is loaded. Thread-safe.
 */
@ApplicationScoped
final class CatalogLoader {

    private static final int MOST_FILES = 1000;

    private final CatalogConfig config;
    private final SsrfGuard guard;
    private final ClosedSchema schema = new ClosedSchema("row.schema.json");

    CatalogLoader(CatalogConfig config, SsrfGuard guard) {
        this.config = config;
        this.guard = guard;
    }

    /**
     * Every row by its id, in the order of ids.
     *
     * @throws CatalogFileException if any file cannot be used
     */
    SortedMap<String, CatalogEntry> load() {
        SortedMap<String, CatalogEntry> rows = new TreeMap<>();
        new String(resource("index"), StandardCharsets.UTF_8)
                .lines()
                .map(id -> id + ".yaml")
                .forEach(file -> add(rows, file, resource(file)));
        config.folder()
                .ifPresent(folder -> files(folder)
                        .forEach(file -> add(
                                rows, Objects.requireNonNull(file.getFileName()).toString(), bytes(file))));
        return rows;
    }

    /** The row of one file. */
    CatalogEntry row(String file, byte[] bytes) {
        JsonNode document = StrictYaml.read(file, bytes);
        try {
            ForbiddenGrants.refuse(document);
            schema.firstViolation(document).ifPresent(violation -> {
                throw new CatalogFileException(file, at(violation.pointer()), "breaks the rule " + violation.rule());
            });
            checkAddresses(file, document.path("endpoints"));
            CatalogEntry row = RowReader.read(document);
            RowRules.violation(row).ifPresent(violation -> {
                throw violation;
            });
            return row;
        } catch (BrokerException e) {
            String place = String.valueOf(e.extensions().getOrDefault("pointer", ""));
            throw new CatalogFileException(e.type(), file, at(place), e.publicDetail());
        }
    }

    private void add(Map<String, CatalogEntry> rows, String file, byte[] bytes) {
        CatalogEntry row = row(file, bytes);
        if (rows.putIfAbsent(row.id(), row) != null) {
            throw new CatalogFileException(file, at("/id"), "another row has this id");
        }
    }

    private void checkAddresses(String file, JsonNode endpoints) {
        endpoints.properties().forEach(member -> {
            try {
                guard.check(member.getValue().asText());
            } catch (BrokerException e) {
                String place = at("/endpoints/" + member.getKey());
                throw new CatalogFileException(e.type(), file, place, e.publicDetail());
            }
        });
    }

    private static List<Path> files(Path folder) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.yaml")) {
            entries.forEach(files::add);
        } catch (IOException e) {
            throw new CatalogFileException(folder.toString(), "whole", "the folder cannot be read");
        }
        if (files.size() > MOST_FILES) {
            throw new CatalogFileException(folder.toString(), "whole", "more than " + MOST_FILES + " files");
        }
        files.sort(null);
        return files;
    }

    /** At most one byte more than a file may have, so that a huge one costs no memory. */
    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(StrictYaml.LONGEST_FILE + 1);
        } catch (IOException e) {
            throw new CatalogFileException(String.valueOf(file.getFileName()), "whole", "the file cannot be read");
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = CatalogLoader.class.getResourceAsStream("/catalog/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String at(String pointer) {
        return pointer.isEmpty() ? "whole" : "at " + pointer;
    }
}
