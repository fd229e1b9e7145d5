package dev.latchkey.caller.issuer;

import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whom the identity provider has disabled or removed while tokens of theirs may still be valid. Each replica holds the
 * list in memory and looks at most every half second whether it has changed, so that a change holds everywhere within a
 * second (R104). While the database cannot be asked, the known list is used on: without the database nothing is handed
 * out or changed anyway. Thread-safe.
 */
@Singleton
public final class DisabledPrincipals {

    private static final Logger LOG = Logger.getLogger(DisabledPrincipals.class);
    private static final Duration FRESH = Duration.ofMillis(500);
    /** Longer than any access token of somebody who was removed lives. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private final PrincipalRows rows;
    private final boolean used;
    private final Clock clock;
    private final ReentrantLock reading = new ReentrantLock();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable Snapshot snapshot;

    DisabledPrincipals(PrincipalRows rows, IdentityConfig identity, Clock clock) {
        this.rows = rows;
        this.used = identity.issuer().isPresent();
        this.clock = clock;
    }

    /** What the identity provider says of somebody. */
    public enum State {
        DISABLED,
        PURGED,
        ENABLED;

        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private record Snapshot(PrincipalRows.Refused refused, Instant readAt) {}

    /** Whether what is known was looked at a moment ago; does not block. */
    public boolean isFresh() {
        Snapshot known = snapshot;
        return !used
                || (known != null && clock.instant().isBefore(known.readAt().plus(FRESH)));
    }

    /** Looks whether something has changed, if that is not known from a moment ago. Blocks. */
    public void refresh() {
        if (isFresh()) {
            return;
        }
        reading.lock();
        try {
            if (!isFresh()) {
                look();
            }
        } finally {
            reading.unlock();
        }
    }

    /** Whether the principal is disabled or removed, by what was known at the last {@link #refresh}. */
    public boolean contains(Principal principal) {
        Snapshot known = snapshot;
        return known != null && known.refused().principals().contains(principal);
    }

    /**
     * Notes what the identity provider says, within the caller's transaction.
     *
     * @param toldAt when it became so, by the provider's clock
     * @return false if something newer is known: then nothing changes
     */
    public boolean note(Principal principal, State state, Instant toldAt) {
        return rows.note(principal, state.wireName(), toldAt);
    }

    /** Forgets removed and enabled ones after a month; disabled ones stay until they are enabled. */
    public void forgetOld() {
        rows.forgetOlderThan(REMEMBERED);
    }

    /** Calls back when the list has become another. */
    public void whenChanged(Runnable listener) {
        listeners.add(listener);
    }

    private void look() {
        Snapshot known = snapshot;
        Instant now = clock.instant();
        try {
            if (known != null && known.refused().number() == rows.number()) {
                snapshot = new Snapshot(known.refused(), now);
                return;
            }
            snapshot = new Snapshot(rows.read(), now);
        } catch (RuntimeException e) {
            if (known == null) {
                throw e;
            }
            LOG.warn("the list of disabled principals cannot be read; the one before is used on");
            snapshot = new Snapshot(known.refused(), now);
            return;
        }
        listeners.forEach(Runnable::run);
    }
}
