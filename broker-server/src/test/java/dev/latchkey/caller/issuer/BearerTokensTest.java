package dev.latchkey.caller.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.client.OperatorHttp;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.FakeOpenIdProvider;
import dev.latchkey.testkit.MutableClock;
import dev.latchkey.testkit.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How long a token that was verified is relied on. */
class BearerTokensTest {

    private final MutableClock clock = MutableClock.standing();
    private final FakeOpenIdProvider provider = FakeOpenIdProvider.start(clock);
    private final BearerTokens tokens = tokens();

    @AfterEach
    void stop() {
        provider.close();
    }

    @Test
    @DisplayName("R161 a token is relied on no longer than the keys are that it was verified with")
    void endsWithTheKeys() {
        Instant fetched = clock.instant();
        assertThat(prove().until()).isEqualTo(fetched.plus(Duration.ofMinutes(5)));

        clock.advance(Duration.ofSeconds(299));

        assertThat(prove().until()).isEqualTo(fetched.plus(Duration.ofMinutes(5)));
        assertThat(provider.fetches("/jwks")).isEqualTo(1);
    }

    @Test
    @DisplayName("R162 with keys that are old, since the provider is down, each use of a token is verified anew")
    void remembersNothingWithOldKeys() {
        prove();
        provider.setDown(true);
        clock.advance(Duration.ofMinutes(30));

        assertThat(prove().until()).isBefore(clock.instant());
    }

    @Test
    @DisplayName("R161 a token is relied on no longer than it lives")
    void endsWithTheToken() {
        Instant end = clock.instant().plusSeconds(60);

        assertThat(tokens.prove(Secret.of(provider.token(claims -> claims.put("exp", end.getEpochSecond()))))
                        .until())
                .isEqualTo(end);
    }

    private BearerTokens.Proof prove() {
        return tokens.prove(Secret.of(provider.token(claims -> claims.put("exp", 9_999_999_999L))));
    }

    private BearerTokens tokens() {
        IdentityConfig identity =
                Configs.of(IdentityConfig.class, Map.of("latchkey.identity.issuer", provider.issuer()));
        OutboundConfig outbound = Configs.of(OutboundConfig.class, Map.of("latchkey.outbound.allow-loopback", "true"));
        DisabledPrincipals disabled = new DisabledPrincipals(
                new PrincipalRows(TestDatabase.dataSource(TestDatabase.migrated())), identity, clock);
        disabled.refresh();
        IssuerKeys keys = new IssuerKeys(new IssuerDocuments(identity, new OperatorHttp(outbound)), clock);
        return new BearerTokens(identity, keys, id -> Optional.empty(), disabled, clock);
    }
}
