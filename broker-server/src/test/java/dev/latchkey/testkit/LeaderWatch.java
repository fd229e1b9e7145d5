package dev.latchkey.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks again and again who leads a cluster, and tells afterwards when there was a leader all the time: on a machine that
 * stands still for a while, nodes elect one without being told to. Thread-safe.
 */
public final class LeaderWatch implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(100);
    /** Between two looks that are further apart anything may have happened. */
    private static final Duration UNSEEN = Duration.ofMillis(900);

    private record Look(long begin, long end, OptionalInt leader) {

        boolean isFollowedBy(Look next) {
            return leader.isPresent() && leader.equals(next.leader()) && next.end() - begin < UNSEEN.toNanos();
        }
    }

    private final List<Look> looks = new ArrayList<>();
    private final OpenBaoCluster cluster;
    private final Thread thread;
    private volatile boolean over;

    /** Watches from now on. */
    public LeaderWatch(OpenBaoCluster cluster) {
        this.cluster = cluster;
        this.thread = Thread.ofVirtual().name("leader-watch").start(this::look);
    }

    /** Whether one and the same node was seen to lead before, during and after that stretch of {@link System#nanoTime()}. */
    public synchronized boolean sawOneLeader(long begin, long end) {
        boolean seenAfter = false;
        for (int i = looks.size() - 1; i > 0; i--) {
            Look earlier = looks.get(i - 1);
            Look later = looks.get(i);
            if (earlier.begin() - end > 0) {
                continue;
            }
            seenAfter |= later.end() - end >= 0;
            if (!seenAfter || !earlier.isFollowedBy(later)) {
                return false;
            }
            if (earlier.begin() - begin <= 0) {
                return true;
            }
        }
        return false;
    }

    private void look() {
        while (!over) {
            long begin = System.nanoTime();
            OptionalInt leader = cluster.findLeader();
            note(new Look(begin, System.nanoTime(), leader));
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private synchronized void note(Look look) {
        looks.add(look);
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        thread.join();
    }
}
