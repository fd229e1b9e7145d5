package dev.latchkey.catalog;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Where the operator's own catalog rows are. */
@ConfigMapping(prefix = "latchkey.catalog")
public interface CatalogConfig {

    /** A folder of YAML files, one row a file; every {@code *.yaml} in it is read. None by default. */
    Optional<Path> folder();
}
