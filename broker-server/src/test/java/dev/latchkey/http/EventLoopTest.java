package dev.latchkey.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.testkit.BlockedEventLoops;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The suite's watch over event loops sees one that is blocked; else a suite without warnings would say nothing. */
@Tag(BlockedEventLoops.ON_PURPOSE)
class EventLoopTest {

    @Test
    @DisplayName("R56 an event loop that is blocked for more than two seconds fails its test class")
    void seesABlockedEventLoop() throws Exception {
        BlockedEventLoops watch = new BlockedEventLoops(Duration.ofDays(1));
        watch.begin();
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setBlockedThreadCheckInterval(200));
        CountDownLatch warned = new CountDownLatch(1);
        Logger checker = Logger.getLogger("io.vertx.core.impl.BlockedThreadChecker");
        checker.setFilter(event -> {
            warned.countDown();
            return true;
        });
        try {
            CountDownLatch held = new CountDownLatch(1);
            vertx.runOnContext(nothing -> {
                try {
                    warned.await(60, TimeUnit.SECONDS);
                    TimeUnit.SECONDS.sleep(1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                held.countDown();
            });
            assertThat(held.await(90, TimeUnit.SECONDS)).isTrue();
        } finally {
            checker.setFilter(null);
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }

        assertThatThrownBy(() -> watch.check()).hasMessageContaining("has been blocked for");
        // what was told once is not told again; a warning that was on its way then comes once as well
        await().atMost(Duration.ofSeconds(60)).untilAsserted(watch::check);
    }

    @Test
    @DisplayName("R56 the same is read out of the log of a broker process")
    void readsALog() {
        assertThat(BlockedEventLoops.in("{\"message\":\"Thread Thread[#52,vert.x-eventloop-thread-1,5,main] has been"
                        + " blocked for 2711 ms, time limit is 2000 ms\"}\n{\"message\":\"Thread"
                        + " Thread[#53,vert.x-worker-thread-1,5,main] has been blocked for 61000 ms\"}"))
                .hasSize(1);
    }
}
