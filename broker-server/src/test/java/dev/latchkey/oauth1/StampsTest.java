package dev.latchkey.oauth1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.testkit.MutableClock;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StampsTest {

    private static final int NONCES = 100_000;
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private final MutableClock clock = new MutableClock(NOW);
    private final Stamps stamps = replica();

    private Stamps replica() {
        return new Stamps(clock, new SecretGenerator(new SecureRandom()));
    }

    @Test
    @DisplayName("R93 makes 100,000 nonces in one second on three replicas, no two alike")
    void unique() {
        List<Stamps> replicas = Stream.generate(this::replica).limit(3).toList();
        Set<String> nonces = new HashSet<>();
        for (int i = 0; i < NONCES; i++) {
            Stamp stamp = replicas.get(i % replicas.size()).next("p");
            assertThat(stamp.nonce()).hasSize(64);
            assertThat(stamp.timestamp()).isEqualTo(Long.toString(NOW.getEpochSecond()));
            nonces.add(stamp.nonce());
        }
        assertThat(nonces).hasSize(NONCES);
    }

    @Test
    @DisplayName("R97 goes by the partner's clock from its first refusal on, for that registration only")
    void learns() {
        assertThat(stamps.learn("p", 401, Optional.of("Sun, 22 Nov 2026 12:05:00 GMT")))
                .isTrue();

        assertThat(stamps.next("p").time()).isEqualTo(NOW.plusSeconds(300));
        assertThat(stamps.next("q").time()).isEqualTo(NOW);
        assertThat(stamps.learn("p", 401, Optional.of("Sun, 22 Nov 2026 12:05:01 GMT")))
                .as("it was not the clock then")
                .isFalse();
        assertThat(stamps.learn("p", 401, Optional.of("Sun, 22 Nov 2026 12:00:00 GMT")))
                .as("the partner has put its clock right")
                .isTrue();
        assertThat(stamps.next("p").time()).isEqualTo(NOW);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 404, 429, 500, 503})
    @DisplayName("R97 learns from refusals only")
    void learnsFromRefusalsOnly(int status) {
        assertThat(stamps.learn("p", status, Optional.of("Sun, 22 Nov 2026 12:05:00 GMT")))
                .isFalse();
        assertThat(stamps.next("p").time()).isEqualTo(NOW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "2026-11-22T12:05:00Z", "Sun, 22 Nov 2026 12:00:05 GMT"})
    @DisplayName("R97 takes no date for one, and no few seconds for a wrong clock")
    void learnsFromDatesOnly(String date) {
        assertThat(stamps.learn("p", 401, Optional.of(date))).isFalse();
        assertThat(stamps.learn("p", 401, Optional.empty())).isFalse();
        assertThat(stamps.next("p").time()).isEqualTo(NOW);
    }
}
