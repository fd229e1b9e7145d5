package dev.latchkey.boot;

import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * {@code java -jar quarkus-run.jar migrate}: brings the schema up to date as the owner and ends, so that brokers can run
 * without the owner's password. Several at once wait for each other.
 */
final class MigrateCommand {

    static final String NAME = "migrate";
    private static final String PREFIX = "latchkey.database.";

    private final Config config;

    MigrateCommand(Config config) {
        this.config = config;
    }

    /** Runs; says on standard output what was done. Returns the exit status. */
    int run() {
        try {
            int done = Schema.migrate(
                    Flyway.configure(MigrateCommand.class.getClassLoader())
                            .dataSource(
                                    value("owner-url").orElseGet(() -> need("url")),
                                    need("owner-username"),
                                    need("owner-password")),
                    need("username"));
            System.out.println("latchkey: the schema is up to date; migrations that ran: " + done);
            return 0;
        } catch (FlywayException | IllegalArgumentException e) {
            System.err.println("latchkey: the schema was not migrated: " + e.getMessage());
            return 1;
        }
    }

    private Optional<String> value(String key) {
        return config.getOptionalValue(PREFIX + key, String.class);
    }

    private String need(String key) {
        return value(key).orElseThrow(() -> new IllegalArgumentException(PREFIX + key + " is not set"));
    }
}
