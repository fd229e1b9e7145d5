package dev.latchkey.boot;

import io.smallrye.config.ConfigMapping;

/**
 * The PostgreSQL server of the broker. With none of these keys set, {@link Main} starts an embedded one and sets them
 * all; with {@code url} set, all are needed.
 */
@ConfigMapping(prefix = "latchkey.database")
public interface DatabaseConfig {

    /** JDBC address of the database, such as {@code jdbc:postgresql://db.example.org/latchkey}. */
    String url();

    /** Role that the broker works as: it reads and writes rows, and can neither change the schema nor audit rows. */
    String username();

    /** Password of that role. */
    String password();

    /** Role that owns the schema; used at start, to migrate it, and for nothing else. */
    String ownerUsername();

    /** Password of the owner role. */
    String ownerPassword();
}
