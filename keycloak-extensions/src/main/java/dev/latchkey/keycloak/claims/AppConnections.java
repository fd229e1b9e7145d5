package dev.latchkey.keycloak.claims;

import dev.latchkey.keycloak.broker.BrokerAnswer;
import dev.latchkey.keycloak.broker.BrokerHttp;
import dev.latchkey.keycloak.broker.OwnToken;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The active connections of apps, each list kept for a few seconds. A login never waits for the broker longer than
 * {@link #PATIENCE}, and while the broker is away only one login in {@link #LIFE} waits at all. Thread-safe.
 */
final class AppConnections {

    static final Duration LIFE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMillis(1500);
    private static final int APPS = 1000;
    private static final Logger LOG = Logger.getLogger(AppConnections.class);

    private final BrokerHttp broker;
    private final LongSupplier nanoTime;
    /** Guarded by itself; the eldest goes first. */
    private final Map<String, Kept> kept = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.@Nullable Entry<String, Kept> eldest) {
            return size() > APPS;
        }
    };

    private volatile @Nullable Long awaySince;

    private record Kept(ConnectionList list, long since) {}

    AppConnections(BrokerHttp broker, LongSupplier nanoTime) {
        this.broker = broker;
        this.nanoTime = nanoTime;
    }

    /**
     * The connections of one app.
     *
     * @param app its name, unique over all realms
     * @param bearer makes the token to ask with; not called where the answer is known
     * @return nothing if the broker cannot be asked now; the reason is logged
     */
    Optional<ConnectionList> of(String app, Supplier<OwnToken> bearer) {
        long now = nanoTime.getAsLong();
        synchronized (kept) {
            Kept known = kept.get(app);
            if (known != null && isYoung(known.since(), now)) {
                return Optional.of(known.list());
            }
        }
        Long away = awaySince;
        if (away != null && isYoung(away, now)) {
            return Optional.empty();
        }
        Optional<ConnectionList> found = ask(bearer.get());
        found.ifPresent(list -> {
            synchronized (kept) {
                kept.remove(app);
                kept.put(app, new Kept(list, now));
            }
        });
        return found;
    }

    private Optional<ConnectionList> ask(OwnToken bearer) {
        BrokerAnswer answer = broker.get("/api/v1/connections?status=active", bearer, PATIENCE);
        if (answer instanceof BrokerAnswer.Answered answered) {
            awaySince = null;
            if (answered.status() == 403) { // the client is no app of the broker's: it has no connections
                return Optional.of(new ConnectionList(java.util.List.of(), false));
            }
            Optional<ConnectionList> list =
                    answered.status() == 200 ? ConnectionList.read(answered.body()) : Optional.empty();
            if (list.isEmpty()) {
                LOG.warnf("no connection claims: Latchkey answers %d", answered.status());
            }
            return list;
        }
        awaySince = nanoTime.getAsLong();
        LOG.warnf("no connection claims: Latchkey is away (%s)", ((BrokerAnswer.Unavailable) answer).reason());
        return Optional.empty();
    }

    private static boolean isYoung(long since, long now) {
        return now - since < LIFE.toNanos();
    }
}
