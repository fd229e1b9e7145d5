package dev.latchkey.caller.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSHeader;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.client.OperatorHttp;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.FakeOpenIdProvider;
import dev.latchkey.testkit.MutableClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IssuerKeysTest {

    private static final String JWKS = "/jwks";

    private final MutableClock clock = MutableClock.standing();
    private final FakeOpenIdProvider provider = FakeOpenIdProvider.start(clock);
    private final IssuerKeys keys = keys(provider.issuer(), "true");

    @AfterEach
    void stop() {
        provider.close();
    }

    @Test
    void keepsKeysForAWhile() {
        assertThat(keys.candidates(known())).hasSize(1);
        assertThat(keys.candidates(known())).hasSize(1);
        assertThat(provider.fetches(JWKS)).isEqualTo(1);

        clock.advance(Duration.ofMinutes(5));

        assertThat(keys.candidates(known())).hasSize(1);
        assertThat(provider.fetches(JWKS)).isEqualTo(2);
    }

    @Test
    @DisplayName("R161 looks for an unknown key at once, and then once in ten seconds")
    void boundsFetches() {
        keys.candidates(known());
        clock.advance(Duration.ofSeconds(10));
        for (int i = 0; i < 50; i++) {
            assertThat(keys.candidates(unknown(i))).isEmpty();
        }
        assertThat(provider.fetches(JWKS)).isEqualTo(2);

        clock.advance(Duration.ofMillis(9_999));
        keys.candidates(unknown(0));
        assertThat(provider.fetches(JWKS)).isEqualTo(2);
        clock.advance(Duration.ofMillis(1));
        keys.candidates(unknown(0));
        assertThat(provider.fetches(JWKS)).isEqualTo(3);
    }

    @Test
    @DisplayName("R162 goes on with the known keys while the provider is down, for an hour")
    void survivesAnOutage() {
        JWSHeader header = known();
        keys.candidates(header);
        provider.setDown(true);

        for (int minute = 0; minute < 59; minute++) {
            clock.advance(Duration.ofMinutes(1));
            assertThat(keys.candidates(header)).hasSize(1);
        }
        clock.advance(Duration.ofMinutes(1));

        assertThatThrownBy(() -> keys.candidates(header))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.IDENTITY_UNAVAILABLE));
        provider.setDown(false);
        clock.advance(Duration.ofSeconds(10));
        assertThat(keys.candidates(header)).hasSize(1);
    }

    @Test
    @DisplayName("R162 fails closed when the keys were never had")
    void failsClosed() {
        provider.setDown(true);

        assertThatThrownBy(() -> keys.candidates(known())).isInstanceOf(BrokerException.class);
        assertThatThrownBy(() -> keys.candidates(known())).isInstanceOf(BrokerException.class);
        assertThat(provider.fetches()).isEqualTo(1);
    }

    @Test
    @DisplayName("R161 voids a removed key, and tells that the keys have changed")
    void tellsOfAChange() {
        AtomicInteger changes = new AtomicInteger();
        keys.whenChanged(changes::incrementAndGet);
        JWSHeader old = known();
        keys.candidates(old);
        assertThat(changes).hasValue(0);

        provider.rotateKeys();
        clock.advance(Duration.ofSeconds(10));

        assertThat(keys.candidates(known())).hasSize(1);
        assertThat(keys.candidates(old)).isEmpty();
        assertThat(changes).hasValue(1);
    }

    @Test
    @DisplayName("R161 takes no metadata of another issuer, and no keys from an address that is not https")
    void refusesStrangeMetadata() {
        Map<String, Object> bad = new HashMap<>();
        bad.put("issuer", provider.issuer() + "/");
        bad.put("jwks_uri", "http://192.0.2.1/jwks");
        for (Map.Entry<String, Object> each : bad.entrySet()) {
            provider.setMetadata(metadata -> {
                metadata.put(each.getKey(), each.getValue());
                return metadata;
            });
            clock.advance(Duration.ofSeconds(10));
            assertThatThrownBy(() -> keys.candidates(known())).isInstanceOf(BrokerException.class);
        }
        assertThat(provider.fetches(JWKS)).isZero();
    }

    @Test
    @DisplayName("R63 gives up a document that is too large")
    void boundsDocuments() {
        provider.setMetadata(metadata -> {
            metadata.put("filler", "a".repeat(300_000));
            return metadata;
        });

        assertThatThrownBy(() -> keys.candidates(known())).isInstanceOf(BrokerException.class);
        assertThat(provider.fetches(JWKS)).isZero();
    }

    @Test
    @DisplayName("R132 asks no issuer over http, loopback apart where that is allowed")
    void refusesHttpIssuers() {
        for (String issuer : List.of(provider.issuer(), "http://issuer.example.org", "file:///etc/passwd", "issuer")) {
            assertThatThrownBy(() -> keys(issuer, "false"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("latchkey.identity.issuer");
        }
        assertThatThrownBy(() -> keys("http://issuer.example.org", "true"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private IssuerKeys keys(String issuer, String allowLoopback) {
        OutboundConfig outbound =
                Configs.of(OutboundConfig.class, Map.of("latchkey.outbound.allow-loopback", allowLoopback));
        IdentityConfig identity = Configs.of(IdentityConfig.class, Map.of("latchkey.identity.issuer", issuer));
        return new IssuerKeys(new IssuerDocuments(identity, new OperatorHttp(outbound)), clock);
    }

    private JWSHeader known() {
        return provider.header().build();
    }

    private JWSHeader unknown(int number) {
        return provider.header().keyID("unknown-" + number).build();
    }
}
