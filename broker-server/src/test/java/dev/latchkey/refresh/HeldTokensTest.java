package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.audit.Actor;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.Connections;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.CredentialVault;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(BrokerStack.class)
class HeldTokensTest {

    private static final Actor ACTOR = new Actor(Actor.Type.APP, "shop", "request", "127.0.0.1");

    @Inject
    Renewals renewals;

    @Inject
    LeaseRows leases;

    @Inject
    CredentialVault vault;

    @Inject
    Clock clock;

    @Inject
    Connections connections;

    @Inject
    DataSource database;

    @Test
    @DisplayName("R30 while the store is away, a token that is held is handed out, unless tokens are not to be held")
    void served() {
        Story story = new Story().partner(Map.of());
        UUID id = UUID.fromString(story.active(story.app("shop"), "read"));
        Connection connection = connections.find(id).orElseThrow();
        AccessTokens holding = tokens("true");
        AccessTokens reading = tokens("false");
        HeldToken held = holding.get(connection, Duration.ZERO, ACTOR);
        assertThat(reading.get(connection, Duration.ZERO, ACTOR).isSameAs(held)).isTrue();

        BrokerTables tables = new BrokerTables(database);
        tables.asOwner("alter table local_vault rename to local_vault_away");
        try {
            assertThat(holding.get(connection, Duration.ZERO, ACTOR)).isEqualTo(held);
            assertThatExceptionOfType(BrokerException.class)
                    .isThrownBy(() -> reading.get(connection, Duration.ZERO, ACTOR))
                    .extracting(BrokerException::type)
                    .isEqualTo(ProblemType.VAULT_UNAVAILABLE);
        } finally {
            tables.asOwner("alter table local_vault_away rename to local_vault");
        }
        assertThat(story.refreshes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    @DisplayName("R16 a life that the partner does not give costs one renewal, however many processes are asked for it")
    void noLongerLife(String held) {
        Story story = new Story().partner(Map.of());
        UUID id = UUID.fromString(story.active(story.app("shop"), "read"));

        for (int process = 1; process <= 3; process++) {
            AccessTokens tokens = tokens(held);
            for (int call = 1; call <= 2; call++) {
                Connection connection = connections.find(id).orElseThrow();
                assertThatExceptionOfType(BrokerException.class)
                        .isThrownBy(() -> tokens.get(connection, Duration.ofDays(1), ACTOR))
                        .extracting(BrokerException::type)
                        .isEqualTo(ProblemType.CANNOT_SATISFY_MIN_TTL);
            }
        }
        assertThat(story.refreshes()).isEqualTo(1);
    }

    @Test
    @DisplayName("R16 what failed and was rewritten in place was not renewed: who asks is told of the failure")
    void failedRenewal() {
        Story story = new Story().partner(Map.of());
        UUID id = UUID.fromString(story.active(story.app("shop"), "read"));
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("refresh").status(503, Map.of(), ""));

        for (int process = 1; process <= 2; process++) {
            AccessTokens tokens = tokens("true");
            Connection connection = connections.find(id).orElseThrow();
            assertThatExceptionOfType(BrokerException.class)
                    .isThrownBy(() -> tokens.get(connection, Duration.ofDays(1), ACTOR))
                    .extracting(BrokerException::type)
                    .isEqualTo(ProblemType.PARTNER_UNAVAILABLE);
        }
    }

    private AccessTokens tokens(String held) {
        RefreshConfig config = Configs.of(RefreshConfig.class, Map.of("latchkey.refresh.hold-tokens", held));
        return new AccessTokens(renewals, leases, vault, clock, config);
    }
}
