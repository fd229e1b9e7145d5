package dev.latchkey.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** Callers that call without a pause until they are told to end. */
final class Load {

    private static final int OK = 200;

    private final List<Thread> callers = new ArrayList<>();
    private final AtomicLong successes = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    private Load() {}

    /** What came of it. */
    record Result(long successes, List<String> failures) {}

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
            try {
                int status = call.getAsInt();
                if (status == OK) {
                    successes.incrementAndGet();
                } else {
                    failures.add("status " + status);
                }
            } catch (RuntimeException e) {
                failures.add(e.toString());
            }
        }
    }

    Result end() throws InterruptedException {
        over = true;
        for (Thread caller : callers) {
            caller.join();
        }
        return new Result(successes.get(), List.copyOf(failures));
    }
}
