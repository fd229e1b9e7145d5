package dev.latchkey.audit;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** Writes audit rows to the table {@code audit_event}. */
@ApplicationScoped
final class PostgresAuditLog implements AuditLog {

    private final DataSource dataSource;
    private final AuditConfig config;
    private final AuditWriter writer;

    PostgresAuditLog(DataSource dataSource, AuditConfig config, MeterRegistry metrics) {
        this.dataSource = dataSource;
        this.config = config;
        this.writer = new AuditWriter(dataSource, config, metrics);
        writer.start();
    }

    @Override
    public void append(AuditEvent event) {
        AuditBatch.Entry entry = new AuditBatch.Entry(event, Optional.empty());
        if (QuarkusTransaction.isActive()) {
            insertWithCaller(entry);
        } else {
            writer.write(entry);
        }
    }

    @Override
    public boolean appendIfCurrent(AuditEvent event, long connectionVersion) {
        if (event.connection().isEmpty()) {
            throw new IllegalArgumentException("the event is about no connection");
        }
        if (QuarkusTransaction.isActive()) {
            throw new IllegalStateException("a hand-out is decided on committed state, outside of any transaction");
        }
        return writer.write(new AuditBatch.Entry(event, Optional.of(connectionVersion)));
    }

    /** The pool gives the connection of the transaction that is active. */
    private void insertWithCaller(AuditBatch.Entry entry) {
        try (Connection connection = dataSource.getConnection()) {
            AuditBatch.insert(connection, List.of(entry), config.patience());
        } catch (SQLException e) {
            QuarkusTransaction.setRollbackOnly();
            throw AuditWriter.unavailable(e);
        }
    }

    /** After everybody who may still have something to record. */
    void atStop(@Observes @Priority(Integer.MAX_VALUE) ShutdownEvent event) {
        writer.stop();
    }
}
