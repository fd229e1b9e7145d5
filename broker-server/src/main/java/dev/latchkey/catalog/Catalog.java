package dev.latchkey.catalog;

import dev.latchkey.catalog.entry.CatalogEntry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The partners that the broker knows. Loaded when the broker starts, which a bad file stops; replaced as a whole or not
 * at all. Thread-safe.
 */
@Startup
@ApplicationScoped
public final class Catalog {

    private final CatalogLoader loader;
    private volatile SortedMap<String, CatalogEntry> rows;

    Catalog(CatalogLoader loader) {
        this.loader = loader;
        this.rows = loader.load();
    }

    /** The row with that id. */
    public Optional<CatalogEntry> find(String id) {
        return Optional.ofNullable(rows.get(id));
    }

    /** Every row, in the order of ids. */
    public List<CatalogEntry> all() {
        return List.copyOf(rows.values());
    }

    /**
     * Reads all files again.
     *
     * @throws CatalogFileException if any file cannot be used; the rows then stay as they were
     */
    public void reload() {
        rows = loader.load();
    }
}
