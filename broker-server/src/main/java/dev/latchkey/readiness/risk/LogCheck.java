package dev.latchkey.readiness.risk;

import jakarta.inject.Singleton;
import java.util.List;
import org.jboss.logging.Logger;

/** Whether something is open that prints secrets; by what the loggers would do, however they were told. */
@Singleton
final class LogCheck implements ReadinessCheck {

    /** Those that {@code application.properties} keeps shut by name (R149). */
    static final List<String> SHUT = List.of(
            "io.vertx.ext.web",
            "io.vertx.ext.web.impl",
            "io.quarkus.micrometer",
            "io.quarkus.micrometer.runtime.binder.vertx",
            "org.apache.hc.client5.http",
            "org.apache.hc.client5.http.wire",
            "org.apache.hc.client5.http.headers",
            "org.hibernate.orm.jdbc",
            "org.postgresql",
            "org.postgresql.core.v3");

    @Override
    public List<Finding> look() {
        return List.of(Finding.of(
                Risk.LOG_CATEGORIES,
                SHUT.stream().anyMatch(category -> Logger.getLogger(category).isDebugEnabled())));
    }
}
