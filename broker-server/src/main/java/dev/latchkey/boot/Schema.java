package dev.latchkey.boot;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * The schema outside of the framework: migrated beforehand by an operator, or looked at by a broker that may not change
 * it. Stateless.
 */
final class Schema {

    private Schema() {}

    /**
     * Brings the schema up to date.
     *
     * @param runtimeRole gets its rights
     * @return how many migrations ran
     */
    static int migrate(FluentConfiguration database, String runtimeRole) {
        return flyway(database, runtimeRole).migrate().migrationsExecuted;
    }

    /** The versions that this build has and the database has not; in a database without a schema, all. */
    static List<String> missing(FluentConfiguration database, String runtimeRole) {
        return Arrays.stream(flyway(database, runtimeRole).info().pending())
                .map(migration -> String.valueOf(migration.getVersion()))
                .toList();
    }

    private static Flyway flyway(FluentConfiguration database, String runtimeRole) {
        return database.locations("classpath:db/migration")
                .placeholders(Map.of("runtime_role", runtimeRole))
                .load();
    }
}
