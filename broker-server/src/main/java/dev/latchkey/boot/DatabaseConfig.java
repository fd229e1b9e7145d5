package dev.latchkey.boot;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/**
 * The PostgreSQL server of the broker. With no {@code url}, {@link Main} starts an embedded one and says how to reach it;
 * with one, the other roles and passwords are needed too, those of the owner only where this process migrates.
 */
@ConfigMapping(prefix = "latchkey.database")
public interface DatabaseConfig {

    /** JDBC address of the database, such as {@code jdbc:postgresql://db.example.org/latchkey}. */
    String url();

    /** Role that the broker works as: it reads and writes rows, and can neither change the schema nor audit rows. */
    String username();

    /** Password of that role. */
    String password();

    /**
     * JDBC address that the owner's role migrates at, where it is another one: past a pooler, at the server itself. By
     * default the same as {@code url}.
     */
    Optional<String> ownerUrl();

    /** Role that owns the schema; used to migrate it, and for nothing else. */
    Optional<String> ownerUsername();

    /** Password of the owner role. */
    Optional<String> ownerPassword();

    /**
     * Whether this start migrates the schema. If not, the owner's role is not needed, and a schema that is behind stops
     * the start; see {@code postgresql.md}.
     */
    @WithDefault("true")
    boolean migrateAtStart();

    /** How many connections this process opens at most. */
    @WithDefault("20")
    int poolSize();

    /** How long a request waits for one of them, or for its turn at the local store; then it is answered 503. */
    @WithDefault("PT4S")
    Duration poolWait();
}
