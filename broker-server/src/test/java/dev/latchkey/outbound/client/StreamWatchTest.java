package dev.latchkey.outbound.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.outbound.client.StreamWatch.Side;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class StreamWatchTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration BRIEF = Duration.ofMillis(50);

    private final CountDownLatch aborted = new CountDownLatch(1);

    @Test
    void blamesWhomItWaitedForWhateverComesAfterwards() throws Exception {
        for (Side side : new Side[] {Side.PARTNER, Side.SENDER}) {
            CountDownLatch ended = new CountDownLatch(1);
            StreamWatch watch = new StreamWatch(MINUTE, BRIEF, MINUTE);
            watch.await(side);
            watch.start(ended::countDown);
            assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();

            watch.await(side == Side.SENDER ? Side.PARTNER : Side.SENDER);

            assertThat(watch.isExpired()).isTrue();
            assertThat(watch.side()).isEqualTo(side);
        }
    }

    @Test
    void whatIsOverdueForLessThanAMomentIsNobodysFault() throws Exception {
        StreamWatch watch = new StreamWatch(MINUTE, BRIEF, MINUTE, Duration.ofSeconds(6));
        watch.await(Side.SENDER);
        watch.start(aborted::countDown);
        assertThat(aborted.await(1, TimeUnit.SECONDS)).isFalse(); // overdue, as after a pause of the process
        watch.pause();

        assertThat(aborted.await(7, TimeUnit.SECONDS)).isFalse();
        assertThat(watch.isExpired()).isFalse();
        watch.close();
    }

    @Test
    void nobodysTimeRunsWhileNothingIsWaitedForButTheWholeDoes() throws Exception {
        StreamWatch watch = new StreamWatch(BRIEF, BRIEF, Duration.ofSeconds(2));
        watch.pause();
        watch.start(aborted::countDown);

        assertThat(aborted.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(watch.side()).isEqualTo(Side.NOBODY);
    }
}
