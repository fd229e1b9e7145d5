package dev.latchkey.problem;

import com.fasterxml.jackson.core.JacksonException;
import jakarta.transaction.RollbackException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the problem that a caller is told when something was thrown. The throwable's own words never reach it. */
public final class Diagnosis {

    private static final int MAX_CAUSES = 12;

    /**
     * SQLSTATE classes that mean "not now": connection, rollback, resources, operator, system, read-only. The last is the
     * driver's own, of a connection whose making the pool broke off when its time was over.
     */
    private static final List<String> TRANSIENT_STATES = List.of("08", "40", "53", "57", "58", "25006", "99999");

    private Diagnosis() {}

    /** The problem that was thrown, or the one that fits what was thrown; {@code internal} if nothing fits. */
    public static BrokerException of(Throwable thrown) {
        return causes(thrown)
                .flatMap(cause -> known(cause).stream())
                .findFirst()
                .or(() -> ofTransaction(thrown))
                .orElseGet(() -> new BrokerException(
                        ProblemType.INTERNAL, "The request failed. Its id finds the reason in the log.", thrown));
    }

    private static Optional<BrokerException> known(Throwable cause) {
        if (cause instanceof BrokerException problem) {
            return Optional.of(problem);
        }
        if (cause instanceof SQLException sql && isTransient(sql)) {
            return Optional.of(
                    new BrokerException(ProblemType.STORE_UNAVAILABLE, "The database cannot be used now.", sql));
        }
        return Optional.empty();
    }

    /**
     * A transaction that was rolled back although the database said nothing against it had run out of time: on a machine
     * that stood still, or whose clock was set (R47, R51). Nothing has happened.
     */
    private static Optional<BrokerException> ofTransaction(Throwable thrown) {
        boolean rolledBack = causes(thrown).anyMatch(RollbackException.class::isInstance)
                && causes(thrown).noneMatch(SQLException.class::isInstance);
        return rolledBack
                ? Optional.of(new BrokerException(
                        ProblemType.STORE_UNAVAILABLE, "The database could not be used in time.", thrown))
                : Optional.empty();
    }

    /** A JSON body that cannot be read; to be asked only where a request's body was read. */
    static Optional<BrokerException> ofBody(Throwable thrown) {
        return causes(thrown)
                .flatMap(cause -> cause instanceof JacksonException json
                        ? Stream.of(JsonTrouble.toProblem(json))
                        : Stream.<BrokerException>empty())
                .findFirst();
    }

    /** The pool says that it has no connection without any SQLSTATE. */
    private static boolean isTransient(SQLException sql) {
        String state = sql.getSQLState();
        return sql instanceof SQLTransientException
                || state == null
                || TRANSIENT_STATES.stream().anyMatch(state::startsWith);
    }

    /**
     * The causes, and after them what they keep as suppressed: a transaction manager hides there what the database said
     * to a commit (R47).
     */
    private static Stream<Throwable> causes(@Nullable Throwable thrown) {
        List<Throwable> chain = chain(thrown).toList();
        return Stream.concat(
                chain.stream(),
                chain.stream().flatMap(it -> Stream.of(it.getSuppressed())).flatMap(Diagnosis::chain));
    }

    private static Stream<Throwable> chain(@Nullable Throwable thrown) {
        return Stream.iterate(
                        Optional.ofNullable(thrown),
                        Optional::isPresent,
                        cause -> cause.flatMap(it -> Optional.ofNullable(it.getCause())))
                .limit(MAX_CAUSES)
                .flatMap(Optional::stream);
    }
}
