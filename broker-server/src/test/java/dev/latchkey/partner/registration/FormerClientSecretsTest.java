package dev.latchkey.partner.registration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.partner.Partners;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.MutableClock;
import dev.latchkey.vault.SecretFields;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FormerClientSecretsTest {

    private static final Duration LIFE = Duration.ofHours(2);

    private final MutableClock clock = MutableClock.standing();
    private final FormerClientSecrets former = new FormerClientSecrets(
            new PartnersConfig() {
                @Override
                public boolean endpointOverrides() {
                    return false;
                }

                @Override
                public Duration oldWebhookSecretLifetime() {
                    return Duration.ZERO;
                }

                @Override
                public Duration oldClientSecretLifetime() {
                    return LIFE;
                }
            },
            clock);

    @Test
    @DisplayName("R29 a replaced client secret stays beside the new one to its end, and not longer")
    void ends() {
        SecretFields stored = former.keep(client("a", "new"), client("a", "old"));

        assertThat(former.usable(stored).get(Partners.FORMER_CLIENT_SECRET)).contains(Secret.of("old"));
        assertThat(former.usable(stored).get("client_secret")).contains(Secret.of("new"));
        assertThat(former.usable(stored).values()).hasSize(3);
        clock.advance(LIFE);
        assertThat(former.usable(stored)).isEqualTo(client("a", "new"));
    }

    @Test
    @DisplayName("R29 a change of something else neither ends nor prolongs the former secret")
    void keeps() {
        SecretFields stored = former.keep(client("a", "new"), client("a", "old"));
        clock.advance(LIFE.minusMinutes(1));

        SecretFields again = former.keep(client("a", "new"), stored);

        assertThat(again).isEqualTo(stored);
        clock.advance(Duration.ofMinutes(1));
        assertThat(former.keep(client("a", "new"), again)).isEqualTo(client("a", "new"));
    }

    @Test
    @DisplayName("R29 two changes leave the last former secret; another client has none")
    void onlyOne() {
        SecretFields stored = former.keep(client("a", "new"), client("a", "old"));

        assertThat(former.usable(former.keep(client("a", "newest"), stored)).get(Partners.FORMER_CLIENT_SECRET))
                .isEqualTo(Optional.of(Secret.of("new")));
        assertThat(former.keep(client("b", "other"), stored)).isEqualTo(client("b", "other"));
    }

    private static SecretFields client(String id, String secret) {
        return SecretFields.of("client_id", Secret.of(id)).with("client_secret", Secret.of(secret));
    }
}
