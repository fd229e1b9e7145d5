package dev.latchkey.keycloak.lifecycle;

import dev.latchkey.keycloak.lifecycle.Push.Answer;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Empties the outbox into the broker: at least once, in order for each principal. Each node does; what one has claimed,
 * no other takes. No transaction is open while the broker is asked.
 */
final class Delivery implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Delivery.class);

    private static final int BATCH = 10;
    private static final int MOST_REFUSALS = 20;
    private static final int MOST_DEAD = 10_000;
    private static final long PAUSE = TimeUnit.SECONDS.toMillis(1);
    /** Longer than a whole batch takes when each answer comes in the last moment. */
    private static final long CLAIM = TimeUnit.MINUTES.toMillis(3);

    private static final long REMEMBERED = TimeUnit.DAYS.toMillis(30);

    private final KeycloakSessionFactory sessions;
    private final Settings settings;
    private final Push push = new Push();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "latchkey-lifecycle");
        thread.setDaemon(true);
        return thread;
    });

    private Delivery(KeycloakSessionFactory sessions, Settings settings) {
        this.sessions = sessions;
        this.settings = settings;
    }

    /** A claimed change and the token that tells of it. */
    private record Letter(Outbox.Entry entry, String token) {}

    static Delivery start(KeycloakSessionFactory sessions, Settings settings) {
        Delivery delivery = new Delivery(sessions, settings);
        delivery.timer.scheduleWithFixedDelay(delivery::run, PAUSE, PAUSE, TimeUnit.MILLISECONDS);
        delivery.timer.scheduleWithFixedDelay(delivery::tidy, 1, 60, TimeUnit.MINUTES);
        LOG.infof("life-cycle events of realm %s go to %s", settings.realm(), settings.endpoint());
        return delivery;
    }

    private void run() {
        try {
            List<Letter> letters;
            do {
                letters = KeycloakModelUtils.runJobInTransactionWithResult(sessions, this::claim);
            } while (deliver(letters) && letters.size() == BATCH);
        } catch (RuntimeException e) {
            // The next run comes; what was claimed comes back by itself.
            LOG.error("life-cycle events cannot be delivered", e);
        }
    }

    private List<Letter> claim(KeycloakSession session) {
        long now = System.currentTimeMillis();
        if (session.realms().getRealmByName(settings.realm()) == null) {
            return List.of(); // there is no key to sign with; it may be imported later
        }
        List<Outbox.Entry> entries = Outbox.of(session).claim(BATCH, now, now + CLAIM);
        if (entries.isEmpty()) {
            return List.of();
        }
        Signature signature = Signature.of(session, settings.realm());
        return entries.stream()
                .map(entry -> new Letter(entry, signature.sign(SecurityEventToken.claims(entry, settings, now))))
                .toList();
    }

    /** Whether the broker was there. */
    private boolean deliver(List<Letter> letters) {
        boolean reached = true;
        for (Letter letter : letters) {
            Answer answer =
                    reached ? push.send(settings.endpoint(), letter.token()) : new Answer(Push.Outcome.TRY_LATER, "");
            reached = reached && answer.outcome() != Push.Outcome.TRY_LATER;
            KeycloakModelUtils.runJobInTransaction(sessions, session -> settle(session, letter.entry(), answer));
        }
        return reached;
    }

    private static void settle(KeycloakSession session, Outbox.Entry entry, Answer answer) {
        Outbox outbox = Outbox.of(session);
        int attempts = entry.attempts() + 1;
        if (answer.outcome() == Push.Outcome.DELIVERED) {
            outbox.delivered(entry);
        } else if (answer.outcome() == Push.Outcome.REFUSED && attempts >= MOST_REFUSALS) {
            LOG.errorf(
                    "DEAD LETTER: Latchkey refuses event %s (%s) for good: %s. Somebody may still have what they must not.",
                    entry.id(), entry.change().eventType(), answer.reason());
            outbox.bury(entry);
        } else {
            if (!answer.reason().isEmpty()) {
                LOG.warnf("event %s is not delivered at attempt %d: %s", entry.id(), attempts, answer.reason());
            }
            outbox.postpone(entry, System.currentTimeMillis() + Backoff.after(attempts));
        }
    }

    private void tidy() {
        try {
            KeycloakModelUtils.runJobInTransaction(sessions, session -> {
                if (session.realms().getRealmByName(settings.realm()) == null) {
                    LOG.warnf("there is no realm %s: its events cannot be signed, and wait", settings.realm());
                }
                Outbox outbox = Outbox.of(session);
                int removed = outbox.bound(MOST_DEAD);
                if (removed > 0) {
                    LOG.errorf("%d dead letters to Latchkey were removed: there are more than %d", removed, MOST_DEAD);
                }
                outbox.forget(System.currentTimeMillis() - REMEMBERED);
            });
        } catch (RuntimeException e) {
            LOG.warn("the outbox to Latchkey cannot be tidied", e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
