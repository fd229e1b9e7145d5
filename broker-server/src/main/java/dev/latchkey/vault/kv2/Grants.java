package dev.latchkey.vault.kv2;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one token of this process: made by a login, renewed when two thirds of its life have passed, replaced when it is
 * refused. One login at a time, whoever asks, and none sooner than 5 s after one that did not help. All of this is counted
 * in lengths of time: no step of a clock, ours or the database's, makes a token older or younger (R51). Thread-safe.
 */
final class Grants {

    private static final Logger LOG = Logger.getLogger(Grants.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Login login;
    private final Kv2Server server;
    private final LongSupplier nanos;
    private final long begin;
    private final MeterRegistry meters;
    private final Duration timeout;
    private final ReentrantLock loggingIn = new ReentrantLock();
    private final AtomicBoolean renewing = new AtomicBoolean();
    private volatile @Nullable Grant held;
    private volatile Duration quietUntil = Duration.ZERO;

    /**
     * No token yet.
     *
     * @param nanos the length of time since some moment, as {@link System#nanoTime}
     */
    Grants(Login login, Kv2Server server, LongSupplier nanos, MeterRegistry meters, Duration timeout) {
        this.login = login;
        this.server = server;
        this.nanos = nanos;
        this.begin = nanos.getAsLong();
        this.meters = meters;
        this.timeout = timeout;
    }

    /** A token that lives; {@code vault_unavailable} if none can be had in time. */
    Grant current(Deadline deadline) {
        Grant grant = held;
        if (grant == null || grant.isOver(now())) {
            return locked(deadline, () -> {
                Grant now = held;
                return now == null || now.isOver(now()) ? logIn(deadline) : now;
            });
        }
        if (grant.isDue(now()) && !isQuiet() && renewing.compareAndSet(false, true)) {
            Thread.ofVirtual().name("vault-token-renewal").start(this::renewAhead);
        }
        return grant;
    }

    /** Another token than this one, which the server has refused; {@code vault_unavailable} if there is none. */
    Grant instead(Grant refused, Deadline deadline) {
        return locked(deadline, () -> {
            Grant now = held;
            if (now != null && !now.token().equals(refused.token())) {
                return now;
            }
            boolean young = now().compareTo(refused.loggedInAt().plus(PAUSE)) < 0;
            if (young && !refused.isOver(now())) {
                LOG.error("the secret store refuses a token that it has just given out: look at its policies");
                throw unavailable();
            }
            return logIn(deadline);
        });
    }

    /** Nobody waits for this: the present token still lives. */
    private void renewAhead() {
        Deadline deadline = Deadline.in(timeout);
        try {
            Grant grant = held;
            if (grant == null || !grant.isDue(now())) {
                return;
            }
            Duration asked = now(); // the server counts from later on: ours is never the longer life
            Answer answer = grant.renewable() ? server.renewSelf(grant.token(), deadline) : Answer.none();
            Optional<Grant> renewed = lifeOf(answer).map(life -> grant.renewed(asked, life));
            if (renewed.isPresent() && !renewed.get().isAgeing()) {
                locked(deadline, () -> held == grant ? held = renewed.get() : grant);
                return;
            }
            locked(deadline, () -> held == grant ? logIn(deadline) : grant);
        } catch (RuntimeException e) {
            quietUntil = now().plus(PAUSE);
            LOG.warn("the token of the secret store could not be renewed; it is tried again");
        } finally {
            renewing.set(false);
        }
    }

    private Grant logIn(Deadline deadline) {
        if (isQuiet()) {
            throw unavailable();
        }
        Duration asked = now();
        server.meet(deadline);
        Answer answer = attempt(deadline);
        Optional<Grant> granted = grantOf(answer, asked);
        if (granted.isEmpty()) {
            quietUntil = now().plus(PAUSE);
            boolean refused = answer.isRefused();
            count(refused ? "refused" : "unreachable");
            LOG.errorf("login at the secret store failed: %s", answer);
            throw unavailable();
        }
        count("accepted");
        held = granted.get();
        return granted.get();
    }

    /** What is wrong with our own files stops the start; later it is a store that cannot be used. */
    private Answer attempt(Deadline deadline) {
        try {
            return login.attempt(deadline);
        } catch (IllegalStateException e) {
            if (held == null) {
                throw e;
            }
            LOG.error("the broker has nothing to log in to the secret store with", e);
            return Answer.none();
        }
    }

    private Duration now() {
        return Duration.ofNanos(nanos.getAsLong() - begin);
    }

    private boolean isQuiet() {
        return now().compareTo(quietUntil) < 0;
    }

    private static Optional<Grant> grantOf(Answer answer, Duration asked) {
        Optional<JsonObject> auth = auth(answer);
        Optional<Secret> token = auth.map(json -> json.get("client_token"))
                .filter(JsonValue::isString)
                .map(JsonValue::asString)
                .filter(text -> !text.isEmpty())
                .map(Secret::of);
        boolean renewable =
                auth.map(json -> json.getBoolean("renewable", false)).orElse(false);
        return token.flatMap(bare -> lifeOf(answer).map(life -> Grant.of(bare, asked, life, renewable)));
    }

    private static Optional<Duration> lifeOf(Answer answer) {
        return auth(answer)
                .map(json -> json.getInt("lease_duration", -1))
                .filter(seconds -> seconds >= 0)
                .map(Duration::ofSeconds);
    }

    private static Optional<JsonObject> auth(Answer answer) {
        return answer.isOk() ? answer.object("auth") : Optional.empty();
    }

    private Grant locked(Deadline deadline, Step step) {
        try {
            if (!loggingIn.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw unavailable();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable();
        }
        try {
            return step.take();
        } finally {
            loggingIn.unlock();
        }
    }

    private void count(String outcome) {
        meters.counter("latchkey.vault.logins", "outcome", outcome).increment();
    }

    static BrokerException unavailable() {
        return new BrokerException(ProblemType.VAULT_UNAVAILABLE, "The secret store cannot be used.");
    }

    /** What is done while nobody else logs in. */
    private interface Step {
        Grant take();
    }
}
