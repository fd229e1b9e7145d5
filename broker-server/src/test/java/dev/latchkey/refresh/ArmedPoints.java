package dev.latchkey.refresh;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Freezes or kills one replica of a test where it stands. Thread-safe. */
final class ArmedPoints implements KillPoints {

    /** A renewal of a dead replica, when everything is over: it ends, and does nothing more. */
    private static final class Dead extends AssertionError {
        private static final long serialVersionUID = 1L;
    }

    private final Map<Thread, KillPoint> last = new ConcurrentHashMap<>();
    private final CountDownLatch buried = new CountDownLatch(1);
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile @Nullable KillPoint armed;
    private volatile boolean dead;

    /** From now on, whoever comes to that point waits there. */
    void freezeAt(KillPoint point) {
        gate = new CountDownLatch(1);
        armed = point;
    }

    /** Whoever waits goes on. */
    void thaw() {
        armed = null;
        gate.countDown();
    }

    boolean isFrozen() {
        return gate.getCount() > 0 && !dead;
    }

    /** Nobody comes beyond the next point any more. */
    void kill() {
        dead = true;
        gate.countDown();
    }

    /** Ends the threads of a dead replica, after the story. */
    void bury() {
        kill();
        buried.countDown();
    }

    boolean isAt(KillPoint point) {
        return last.entrySet().stream()
                .anyMatch(entry -> entry.getValue() == point && entry.getKey().isAlive());
    }

    /** Whether a renewal that is not over may still send, or has sent and not stored. */
    boolean isBetweenSendingAndStoring() {
        return isAt(KillPoint.K4) || isAt(KillPoint.K9) || isAt(KillPoint.K10);
    }

    @Override
    public void at(KillPoint point, UUID connection) {
        last.put(Thread.currentThread(), point);
        if (point == KillPoint.K14) {
            last.remove(Thread.currentThread());
        }
        if (point == armed) {
            await(gate);
        }
        if (dead) {
            await(buried);
            last.remove(Thread.currentThread());
            throw new Dead();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(5, TimeUnit.MINUTES)) {
                throw new Dead();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Dead();
        }
    }
}
