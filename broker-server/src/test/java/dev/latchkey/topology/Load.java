package dev.latchkey.topology;

import dev.latchkey.testkit.MachinePauses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** Callers that call without a pause until they are told to end. */
final class Load {

    private static final int OK = 200;
    /** A machine that stands still for so long makes the proxy, or a time limit, see brokers die that do not. */
    private static final Duration PAUSE = Duration.ofMillis(500);
    /** By then all is as it was before a pause. */
    private static final Duration RECOVERY = Duration.ofSeconds(10);

    private final List<Thread> callers = new ArrayList<>();
    private final AtomicLong successes = new AtomicLong();
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
    private final MachinePauses pauses = new MachinePauses();
    private volatile boolean over;

    private Load() {}

    /**
     * What came of it.
     *
     * @param failures the failures of calls
     * @param excused those that a pause of the machine touched, or preceded closely
     */
    record Result(long successes, List<String> failures, List<String> excused) {}

    /** A call that failed; when it began and ended by {@link System#nanoTime()}. */
    private record Failure(String what, long begin, long end) {}

    /** Begins; the call answers a status. */
    static Load begin(int callers, IntSupplier call) {
        Load load = new Load();
        for (int i = 0; i < callers; i++) {
            load.callers.add(Thread.ofVirtual().start(() -> load.callAgainAndAgain(call)));
        }
        return load;
    }

    private void callAgainAndAgain(IntSupplier call) {
        while (!over) {
            long begin = System.nanoTime();
            try {
                int status = call.getAsInt();
                if (status == OK) {
                    successes.incrementAndGet();
                } else {
                    failures.add(new Failure("status " + status, begin, System.nanoTime()));
                }
            } catch (RuntimeException e) {
                failures.add(new Failure(e.toString(), begin, System.nanoTime()));
            }
        }
    }

    Result end() throws InterruptedException {
        over = true;
        for (Thread caller : callers) {
            caller.join();
        }
        pauses.close();
        return new Result(
                successes.get(),
                failures.stream()
                        .filter(failure -> !isExcused(failure))
                        .map(Failure::what)
                        .toList(),
                failures.stream().filter(this::isExcused).map(Failure::what).toList());
    }

    private boolean isExcused(Failure failure) {
        return pauses.touch(PAUSE, failure.begin() - RECOVERY.toNanos(), failure.end());
    }
}
