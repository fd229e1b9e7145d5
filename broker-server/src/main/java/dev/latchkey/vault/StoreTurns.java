package dev.latchkey.vault;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Limits how many transactions {@link InTurn} run at once, and begins them in the order of their arrival. The local store
 * needs a database connection of its own while the caller's transaction holds another one. Behind a pooler both are taken
 * from the same server connections; if as many callers as there are server connections held one each, all would wait for
 * their second one. Runs before the transaction begins, so that a waiting caller holds no connection; it waits for
 * its turn as long as for a connection. Thread-safe.
 */
@InTurn
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE)
final class StoreTurns {

    /** A pooler needs one server connection more than this, see {@code docs/postgresql.md}. */
    private static final int AT_ONCE = 4;

    private static final Semaphore TURNS = new Semaphore(AT_ONCE, true);

    private final VaultConfig config;
    private final Duration patience;

    @Inject
    StoreTurns(
            VaultConfig config,
            @ConfigProperty(name = "latchkey.database.pool-wait", defaultValue = "PT4S") Duration patience) {
        this.config = config;
        this.patience = patience;
    }

    @AroundInvoke
    Object run(InvocationContext transaction) throws Exception {
        if (config.kind() != VaultConfig.Kind.LOCAL) {
            return transaction.proceed();
        }
        if (!hasTurn()) {
            throw new BrokerException(ProblemType.STORE_UNAVAILABLE, "Too many changes are being made.");
        }
        try {
            return transaction.proceed();
        } finally {
            TURNS.release();
        }
    }

    private boolean hasTurn() {
        try {
            return TURNS.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
