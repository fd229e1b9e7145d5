package dev.latchkey.testkit;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps events in memory. Every connection is current until {@link #setCurrent} says otherwise. Thread-safe. */
public final class RecordingAuditLog implements AuditLog {

    private final List<AuditEvent> events = new ArrayList<>();
    private final Map<UUID, Optional<Long>> currentVersions = new ConcurrentHashMap<>();
    private volatile boolean failing;

    @Override
    public synchronized void append(AuditEvent event) {
        if (failing) {
            throw new BrokerException(ProblemType.STORE_UNAVAILABLE, "The audit log cannot be written.");
        }
        if (events.stream().noneMatch(known -> known.id().equals(event.id()))) {
            events.add(event);
        }
    }

    @Override
    public boolean appendIfCurrent(AuditEvent event, long connectionVersion) {
        UUID connection = event.connection().orElseThrow();
        Optional<Long> current = currentVersions.getOrDefault(connection, Optional.of(connectionVersion));
        if (!current.equals(Optional.of(connectionVersion))) {
            return false;
        }
        append(event);
        return true;
    }

    /** From now on nothing can be written, or everything. */
    public void setFailing(boolean value) {
        failing = value;
    }

    /** The version at which the connection is active now; empty: it is not active. */
    public void setCurrent(UUID connection, Optional<Long> version) {
        currentVersions.put(connection, version);
    }

    /** All events, oldest first. */
    public synchronized List<AuditEvent> events() {
        return List.copyOf(events);
    }

    /** The events of one kind, oldest first. */
    public synchronized List<AuditEvent> events(AuditAction action) {
        return events.stream().filter(event -> event.action() == action).toList();
    }
}
