package dev.latchkey.testkit;

import dev.latchkey.testkit.BrokerApi.Answer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Callers that ask again and again, so often in all, each when its last call has been answered; and what they got, told
 * apart by whether something disturbed the world meanwhile. Thread-safe.
 */
public final class PacedCallers implements AutoCloseable {

    /**
     * A call.
     *
     * @param disturbed whether a disturbance went on during a part of it
     */
    public record Call(Answer answer, boolean disturbed) {}

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
    /** Odd while a disturbance goes on. */
    private final AtomicInteger disturbances = new AtomicInteger();

    private volatile boolean over;

    private PacedCallers() {}

    /** Starts all, which call that often a second together, if they are answered fast enough. */
    public static <T> PacedCallers start(int rate, List<T> callers, Function<T, Answer> ask) {
        PacedCallers started = new PacedCallers();
        long pause = TimeUnit.SECONDS.toNanos(1) * callers.size() / rate;
        callers.forEach(caller -> started.threads.execute(() -> started.call(() -> ask.apply(caller), pause)));
        return started;
    }

    private void call(Supplier<Answer> caller, long pause) {
        while (!over) {
            long begin = System.nanoTime();
            int before = disturbances.get();
            Answer answer = caller.get();
            calls.add(new Call(answer, before % 2 == 1 || disturbances.get() != before));
            LockSupport.parkNanos(pause - (System.nanoTime() - begin));
        }
    }

    /** Does what disturbs them. */
    public void during(Runnable disturbance) {
        disturbances.incrementAndGet();
        try {
            disturbance.run();
        } finally {
            disturbances.incrementAndGet();
        }
    }

    /** Lets them go on for a while. */
    public void letPass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    /** Ends them, and returns what they got. */
    public List<Call> calls() {
        close();
        return List.copyOf(calls);
    }

    /** Returns when the last call of each has been answered. */
    @Override
    public void close() {
        over = true;
        threads.close();
    }
}
