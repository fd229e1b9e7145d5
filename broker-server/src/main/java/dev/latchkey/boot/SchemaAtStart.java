package dev.latchkey.boot;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** A broker that may not migrate ({@code latchkey.database.migrate-at-start=false}) does not run on a schema of the past. */
@ApplicationScoped
final class SchemaAtStart {

    /** Before anything that reads a table. */
    void atStart(@Observes @Priority(1) StartupEvent event, DatabaseConfig config, DataSource database) {
        if (config.migrateAtStart()) {
            return;
        }
        List<String> missing = Schema.missing(
                Flyway.configure(Thread.currentThread().getContextClassLoader()).dataSource(database),
                config.username());
        if (!missing.isEmpty()) {
            throw new IllegalStateException("the database's schema lacks the migrations " + String.join(", ", missing)
                    + ", and latchkey.database.migrate-at-start is false: run `migrate` as the owner first"
                    + " (docs/postgresql.md)");
        }
    }
}
