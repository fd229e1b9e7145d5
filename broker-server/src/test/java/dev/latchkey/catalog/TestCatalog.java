package dev.latchkey.catalog;

import dev.latchkey.outbound.client.TestOutbound;
import java.nio.file.Path;
import java.util.Optional;

/** Builds the catalog for tests, also for those of other packages. */
public final class TestCatalog {

    private TestCatalog() {}

    /** The rows that ship with the broker. */
    public static Catalog builtIn() {
        return new Catalog(loader(Optional.empty(), false));
    }

    /** The rows that ship with the broker, and those of a folder. */
    public static Catalog with(Path folder) {
        return new Catalog(loader(Optional.of(folder), false));
    }

    /** Settings as the sandbox (loopback open) or production has them. */
    public static CatalogSettings settings(boolean allowLoopback) {
        return new CatalogSettings(TestOutbound.guard(allowLoopback));
    }

    static CatalogLoader loader(Optional<Path> folder, boolean allowLoopback) {
        return new CatalogLoader(() -> folder, TestOutbound.guard(allowLoopback));
    }
}
