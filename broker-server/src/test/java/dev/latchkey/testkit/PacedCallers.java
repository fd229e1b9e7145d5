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
import java.util.function.Predicate;
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
     * @param begin when it was made, by {@link System#nanoTime()}
     * @param end when it was answered
     */
    public record Call(Answer answer, boolean disturbed, long begin, long end) {}

    private static final Duration PATIENCE = Duration.ofMinutes(5);

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
            long end = System.nanoTime();
            calls.add(new Call(answer, before % 2 == 1 || disturbances.get() != before, begin, end));
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

    /** The same, and until that many more of their calls are such ones: a slow machine takes its time for them. */
    public void letPass(Duration time, int wanted, Predicate<Call> such) {
        long all = count(such) + wanted;
        letPass(time);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (count(such) < all) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not " + wanted + " such calls of " + calls.size());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private long count(Predicate<Call> such) {
        return calls.stream().filter(such).count();
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
