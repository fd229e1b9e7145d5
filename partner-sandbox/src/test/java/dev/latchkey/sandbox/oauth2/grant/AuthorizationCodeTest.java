package dev.latchkey.sandbox.oauth2.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.sandbox.testkit.MutableClock;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

final class AuthorizationCodeTest {

    private final Grants grants = new Grants(new MutableClock(), new TokenSource(new Random(1)));
    private final Family.Subject subject = new Family.Subject("p", "c", "u", Set.of());
    private final AuthorizationCode code =
            new AuthorizationCode(new AuthorizationCode.Binding(subject, "http://x/", Optional.empty(), Instant.MAX));

    @Test
    void makesTheSecondWaitSoThatItEndsTheTokensOfTheFirst() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Optional<Family>> first = CompletableFuture.supplyAsync(() -> code.redeem(() -> {
            inside.countDown();
            awaitQuietly(go);
            return grants.open(subject);
        }));
        inside.await();
        CompletableFuture<Optional<Family>> second = CompletableFuture.supplyAsync(
                () -> code.redeem(() -> grants.open(subject)), Thread::startVirtualThread);
        assertThatThrownBy(() -> second.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        go.countDown();

        Family family = first.get().orElseThrow();
        assertThat(second.get()).isEmpty();
        assertThat(family.snapshot(Instant.MIN).dead()).contains("authorization code reuse");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
