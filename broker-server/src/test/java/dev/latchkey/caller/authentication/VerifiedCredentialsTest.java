package dev.latchkey.caller.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.caller.ProvenCaller.ProvenApp;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.MutableClock;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class VerifiedCredentialsTest {

    private final MutableClock clock = MutableClock.standing();
    private final VerifiedCredentials verified = new VerifiedCredentials(clock);
    private final Secret credential = Secret.of("credential");
    private final ProvenApp app = new ProvenApp("app");

    @Test
    void remembersUntilTheGivenEnd() {
        verified.remember(credential, app, clock.instant().plusSeconds(60), verified.generation());

        assertThat(verified.find(Secret.of("credential"))).contains(app);
        assertThat(verified.find(Secret.of("another"))).isEmpty();
        clock.advance(Duration.ofSeconds(60));
        assertThat(verified.find(credential)).isEmpty();
    }

    @Test
    void forgets() {
        verified.remember(credential, app, clock.instant().plusSeconds(60), verified.generation());

        verified.forgetAll();

        assertThat(verified.find(credential)).isEmpty();
    }

    @Test
    @DisplayName("R161 does not remember what was verified against keys that have changed meanwhile")
    void doesNotRememberWhatWasOvertaken() {
        long before = verified.generation();
        verified.forgetAll();

        verified.remember(credential, app, clock.instant().plusSeconds(60), before);

        assertThat(verified.find(credential)).isEmpty();
    }
}
