package dev.latchkey.handshake;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does things at the same time. */
final class Together {

    private Together() {}

    /** Does a thing many times, each on a thread of its own that starts when all are ready, and returns the results. */
    static <T> List<T> run(int times, Callable<T> task) {
        CountDownLatch ready = new CountDownLatch(times);
        List<Future<T>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < times; i++) {
                running.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return task.call();
                }));
            }
        }
        return running.stream().map(Future::resultNow).toList();
    }
}
