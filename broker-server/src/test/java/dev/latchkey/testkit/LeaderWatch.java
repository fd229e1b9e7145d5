package dev.latchkey.testkit;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Looks again and again who leads a cluster, and whether a write of its own is done within a second; tells afterwards when
 * there was a leader all the time that did so: on a machine that stands still for a while, nodes elect one without being
 * told to, and writes take long. Thread-safe.
 */
public final class LeaderWatch implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(100);
    /** Between two looks that are further apart anything may have happened. */
    private static final Duration UNSEEN = Duration.ofMillis(900);
    /** A write that takes longer is none that the store does as it should. */
    private static final Duration SLOW = Duration.ofSeconds(1);

    private static final int DONE = 1;

    private final OpenBaoCluster cluster;
    private final Series leaders;
    private final Series writes;
    private volatile boolean over;

    /** Watches from now on; has looked once when it returns. */
    public LeaderWatch(OpenBaoCluster cluster) {
        this.cluster = cluster;
        this.leaders = new Series("leader-watch", UNSEEN, cluster::findLeader);
        this.writes = new Series("write-watch", SLOW.multipliedBy(2).plus(PAUSE), this::write);
    }

    /**
     * Whether one and the same node was seen to lead before, during and after that stretch of {@link System#nanoTime()}, and
     * every write was done soon.
     */
    public boolean sawOneLeader(long begin, long end) {
        return leaders.sawOne(begin, end).isPresent()
                && writes.sawOne(begin, end).isPresent();
    }

    /** Whether it was that node, whatever became of writes. */
    public boolean sawLead(int node, long begin, long end) {
        return leaders.sawOne(begin, end).equals(OptionalInt.of(node));
    }

    private OptionalInt write() {
        long begin = System.nanoTime();
        try {
            boolean done = cluster.takesWrites() && System.nanoTime() - begin < SLOW.toNanos();
            return done ? OptionalInt.of(DONE) : OptionalInt.empty();
        } catch (UncheckedIOException e) {
            return OptionalInt.empty();
        }
    }

    /** Ends when each has looked once more. */
    @Override
    public void close() throws InterruptedException {
        over = true;
        leaders.thread.join();
        writes.thread.join();
    }

    private record Look(long begin, long end, OptionalInt seen) {}

    /** Looks at one thing. */
    private final class Series {

        private final List<Look> looks = new ArrayList<>();
        private final Duration unseen;
        private final Supplier<OptionalInt> what;
        private final Thread thread;

        Series(String name, Duration unseen, Supplier<OptionalInt> what) {
            this.unseen = unseen;
            this.what = what;
            look();
            this.thread = Thread.ofVirtual().name(name).start(this::lookOnAndOn);
        }

        private void lookOnAndOn() {
            boolean last;
            do {
                LockSupport.parkNanos(PAUSE.toNanos());
                last = over;
                look();
            } while (!last);
        }

        private void look() {
            long begin = System.nanoTime();
            OptionalInt seen = what.get();
            note(new Look(begin, System.nanoTime(), seen));
        }

        private synchronized void note(Look look) {
            looks.add(look);
        }

        /** What was seen before, during and after that stretch, if it was the same all the time. */
        synchronized OptionalInt sawOne(long begin, long end) {
            boolean seenAfter = false;
            for (int i = looks.size() - 1; i > 0; i--) {
                Look earlier = looks.get(i - 1);
                Look later = looks.get(i);
                if (earlier.begin() - end > 0) {
                    continue;
                }
                seenAfter |= later.end() - end >= 0;
                if (!seenAfter || !isFollowed(earlier, later)) {
                    return OptionalInt.empty();
                }
                if (earlier.begin() - begin <= 0) {
                    return earlier.seen();
                }
            }
            return OptionalInt.empty();
        }

        private boolean isFollowed(Look earlier, Look later) {
            return earlier.seen().isPresent()
                    && earlier.seen().equals(later.seen())
                    && later.end() - earlier.begin() < unseen.toNanos();
        }
    }
}
