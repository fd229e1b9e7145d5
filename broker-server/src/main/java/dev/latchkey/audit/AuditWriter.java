package dev.latchkey.audit;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Group commit: callers put their row in a queue and wait; one thread takes whatever came in while it made the last
 * commit, and commits it together. Nobody waits for company. Thread-safe.
 */
final class AuditWriter {

    private static final int MAX_BATCH = 1000;
    private static final long LOOK_UP_MILLIS = 200;

    private final DataSource dataSource;
    private final Duration patience;
    private final BlockingQueue<Waiting> queue;
    private final Counter commits;
    private final Counter rows;
    private final Thread thread;
    private volatile boolean stopping;

    AuditWriter(DataSource dataSource, AuditConfig config, MeterRegistry metrics) {
        this.dataSource = dataSource;
        this.patience = config.patience();
        this.queue = new ArrayBlockingQueue<>(config.queue());
        this.commits = metrics.counter("latchkey.audit.commits");
        this.rows = metrics.counter("latchkey.audit.rows");
        metrics.gauge("latchkey.audit.waiting", queue, BlockingQueue::size);
        this.thread = Thread.ofPlatform().name("audit-writer").daemon().unstarted(this::run);
    }

    /** Starts the thread. */
    void start() {
        thread.start();
    }

    /** Writes what is waiting, then ends; rows after that are refused. */
    void stop() {
        stopping = true;
        try {
            thread.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        refuse(drain(), null);
    }

    /** Returns when the row is committed; whether its guard held. */
    boolean write(AuditBatch.Entry entry) {
        Waiting waiting = new Waiting(entry, new CompletableFuture<>());
        if (stopping || !queue.offer(waiting)) {
            throw unavailable(null);
        }
        try {
            return waiting.written.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Still in the queue, it is left out; under way, it may be written: a row too many, never one too few.
            waiting.written.cancel(false);
            throw unavailable(e);
        } catch (ExecutionException e) {
            throw unavailable(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(e);
        }
    }

    /** How many rows wait for a commit to begin. */
    int waiting() {
        return queue.size();
    }

    private void run() {
        while (!stopping || !queue.isEmpty()) {
            try {
                // Comes back at once with a row; looks up now and then for the end, since an interrupt could hit a
                // commit.
                Waiting first = queue.poll(LOOK_UP_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    write(batchFrom(first));
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
            }
        }
    }

    private List<Waiting> batchFrom(Waiting first) {
        List<Waiting> batch = new ArrayList<>();
        batch.add(first);
        queue.drainTo(batch, MAX_BATCH - 1);
        batch.removeIf(waiting -> waiting.written.isDone());
        return batch;
    }

    private void write(List<Waiting> batch) {
        if (batch.isEmpty()) {
            return;
        }
        try {
            Set<UUID> written = commit(batch);
            batch.forEach(waiting -> waiting.written.complete(written.contains(waiting.id())));
        } catch (SQLException e) {
            if (batch.size() > 1 && isAboutOneRow(e)) {
                batch.forEach(waiting -> write(List.of(waiting)));
            } else {
                refuse(batch, e);
            }
        } catch (RuntimeException | Error e) {
            refuse(batch, e);
        }
    }

    private Set<UUID> commit(List<Waiting> batch) throws SQLException {
        List<AuditBatch.Entry> entries = batch.stream().map(Waiting::entry).toList();
        try (Connection connection = dataSource.getConnection()) {
            // Autocommit: the one statement is the transaction.
            Set<UUID> written = AuditBatch.insert(connection, entries, patience);
            commits.increment();
            rows.increment(written.size());
            return written;
        }
    }

    private List<Waiting> drain() {
        List<Waiting> rest = new ArrayList<>();
        queue.drainTo(rest);
        return rest;
    }

    private static void refuse(List<Waiting> batch, @Nullable Throwable cause) {
        BrokerException refusal = unavailable(cause);
        batch.forEach(waiting -> waiting.written.completeExceptionally(refusal));
    }

    /** Classes 22 and 23: a value that the table does not take. The others of the batch are not to suffer for it. */
    private static boolean isAboutOneRow(SQLException e) {
        return Optional.ofNullable(e.getSQLState())
                .filter(state -> state.startsWith("22") || state.startsWith("23"))
                .isPresent();
    }

    static BrokerException unavailable(@Nullable Throwable cause) {
        return new BrokerException(ProblemType.STORE_UNAVAILABLE, "The audit log cannot be written.", cause);
    }

    private record Waiting(AuditBatch.Entry entry, CompletableFuture<Boolean> written) {

        UUID id() {
            return entry.event().id();
        }
    }
}
