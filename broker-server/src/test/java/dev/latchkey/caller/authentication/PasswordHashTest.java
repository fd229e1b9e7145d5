package dev.latchkey.caller.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.secret.Secret;
import java.security.SecureRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PasswordHashTest {

    @Test
    void matchesItsPasswordOnly() {
        PasswordHash hash = PasswordHash.of(Secret.of("päss wörd"), new SecureRandom());

        assertThat(hash.text()).startsWith("pbkdf2-sha256$600000$").doesNotContain("wörd");
        assertThat(hash.matches(Secret.of("päss wörd"))).isTrue();
        assertThat(hash.matches(Secret.of("pass word"))).isFalse();
    }

    @Test
    void isSalted() {
        Secret same = Secret.of("same");

        assertThat(PasswordHash.of(same, new SecureRandom())).isNotEqualTo(PasswordHash.of(same, new SecureRandom()));
    }

    @Test
    @DisplayName("agrees with the test vector of RFC 7914 section 11")
    void agreesWithTheRfc() {
        PasswordHash vector =
                new PasswordHash("pbkdf2-sha256$80000$TmFDbA==$TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1Y=");

        assertThat(vector.matches(Secret.of("Password"))).isTrue();
        assertThat(vector.matches(Secret.of("password"))).isFalse();
        assertThat(new PasswordHash("unknown$1$AA==$AA==").matches(Secret.of("x")))
                .isFalse();
    }
}
