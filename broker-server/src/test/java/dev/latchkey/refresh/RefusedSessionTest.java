package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.audit.Actor;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.Connections;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.partner.Partners;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.NoonKey;
import dev.latchkey.testkit.NoonStory;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SessionCookies;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What was handed out is refused by the partner though it should have lived. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class RefusedSessionTest {

    private static final Actor ACTOR = new Actor(Actor.Type.APP, "shop", "request", "127.0.0.1");

    @Inject
    RefreshProtocol protocol;

    @Inject
    LeaseRows leases;

    @Inject
    Connections connections;

    @Inject
    Partners partners;

    @Inject
    CredentialVault vault;

    @Inject
    MeterRegistry meters;

    @Inject
    Clock clock;

    @Test
    @DisplayName(
            "R111 a killed session costs one login for 200 callers, also where three processes have no memory in common")
    void oneLogin() {
        NoonStory noon = NoonStory.ownAccount();
        Connection connection = connection(noon.active(noon.story().app("shop")));
        List<AccessTokens> processes = List.of(process(), process(), process());
        HeldToken dead = processes.getFirst().get(connection, Duration.ZERO, ACTOR);
        noon.story().control().killNoonSessions(noon.key().keyId());
        noon.story()
                .control()
                .fault(FaultOrder.at("noon")
                        .endpoint("login")
                        .client(noon.key().keyId())
                        .latency(Duration.ofMillis(300)));
        AtomicInteger caller = new AtomicInteger();

        List<HeldToken> fresh = AtOnce.run(
                200,
                () -> processes
                        .get(caller.getAndIncrement() % 3)
                        .renewAfterRefusal(connection, dead, ACTOR)
                        .orElseThrow());

        assertThat(fresh.stream().map(token -> token.credential().handle()).distinct())
                .hasSize(1);
        assertThat(whoami(fresh.getFirst())).isEqualTo(200);
        assertLogins(noon, noon.key().keyId(), 2);
    }

    @Test
    @DisplayName("R58 a session that is refused as soon as it began is not begun again")
    void notAgain() {
        NoonStory noon = NoonStory.ownAccount();
        Connection connection = connection(noon.active(noon.story().app("shop")));
        AccessTokens tokens = process();
        HeldToken first = tokens.get(connection, Duration.ZERO, ACTOR);

        HeldToken second = tokens.renewAfterRefusal(connection, first, ACTOR).orElseThrow();
        List<Optional<HeldToken>> again = AtOnce.run(20, () -> tokens.renewAfterRefusal(connection, second, ACTOR));

        assertThat(again).containsOnly(Optional.empty());
        assertThat(tokens.renewAfterRefusal(connection, first, ACTOR)).contains(second);
        assertLogins(noon, noon.key().keyId(), 2);
    }

    @Test
    @DisplayName("R58 processes that a partner refuses in turn do not renew in turn")
    void notInTurn() {
        NoonStory noon = NoonStory.ownAccount();
        Connection connection = connection(noon.active(noon.story().app("shop")));
        AccessTokens one = process();
        AccessTokens other = process();
        HeldToken first = one.get(connection, Duration.ZERO, ACTOR);
        assertThat(one.renewAfterRefusal(connection, first, ACTOR)).isPresent();
        HeldToken second = other.get(connection(connection.id().toString()), Duration.ZERO, ACTOR);

        assertThat(second.isSameAs(first)).isFalse();
        assertThat(other.renewAfterRefusal(connection, second, ACTOR)).isEmpty();
        assertLogins(noon, noon.key().keyId(), 2);
    }

    @Test
    @DisplayName("R105 a refused token of client credentials costs one forced fetch for 200 callers")
    void clientCredentials() {
        Story story = new Story();
        story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id", story.partner(),
                                "catalog", "noones-oauth2-direct",
                                "credentials",
                                        Map.of("client_id", story.clientId(), "client_secret", story.clientSecret()),
                                "settings", Map.of("endpoints", Map.of("token_endpoint", story.at("token")))))
                .expect(201);
        story.control().registerClient(story.sandboxName(), story.clientId(), story.clientSecret());
        Connection connection = connection(story.approved(story.app("shop")));
        List<AccessTokens> processes = List.of(process(), process(), process());
        HeldToken refused = processes.getFirst().get(connection, Duration.ZERO, ACTOR);
        AtomicInteger caller = new AtomicInteger();

        List<HeldToken> fresh = AtOnce.run(
                200,
                () -> processes
                        .get(caller.getAndIncrement() % 3)
                        .renewAfterRefusal(connection, refused, ACTOR)
                        .orElseThrow());

        assertThat(fresh.stream().map(token -> token.credential().handle()).distinct())
                .hasSize(1)
                .doesNotContain(refused.credential().handle());
        assertThat(story.control().count(story.sandboxName(), "token")).isEqualTo(2);
    }

    @Test
    @DisplayName("R113 the key is switched and the old one removed under load without a failed call")
    void keySwitch() throws Exception {
        NoonStory noon = NoonStory.ownAccount();
        Story story = noon.story();
        String id = noon.active(story.app("shop"));
        AccessTokens tokens = process();
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<List<Boolean>> load = CompletableFuture.supplyAsync(() -> AtOnce.run(20, () -> {
            boolean good = true;
            while (good && !done.get()) {
                good = use(tokens, connection(id)) == 200;
                calls.incrementAndGet();
            }
            return good;
        }));
        awaitCalls(calls, 60);

        NoonKey next = NoonKey.fresh("next-" + story.mark(), noon.key().projectCode());
        noon.addKey(next);
        noon.put("PUT", "/partners/" + story.partner(), next.file()).expect(200);
        awaitCalls(calls, calls.get() + 60);
        story.control().removeNoonKey(noon.key().keyId());
        story.control().killNoonSessions(noon.key().keyId());
        awaitCalls(calls, calls.get() + 60);
        done.set(true);

        assertThat(load.get()).hasSize(20).containsOnly(true);
        assertLogins(noon, noon.key().keyId(), 1);
        assertLogins(noon, next.keyId(), 1);
    }

    /** Like another process: nothing in memory is shared, the tables and the vault are. */
    private AccessTokens process() {
        return new AccessTokens(
                new Renewals(protocol, meters, Configs.of(OutboundConfig.class, Map.of())),
                leases,
                vault,
                clock,
                Configs.of(RefreshConfig.class, Map.of()));
    }

    private Connection connection(String id) {
        return connections.find(UUID.fromString(id)).orElseThrow();
    }

    /** A call as the proxy makes it. */
    private static int use(AccessTokens tokens, Connection connection) {
        HeldToken held = tokens.get(connection, Duration.ZERO, ACTOR);
        int status = whoami(held);
        return status == 401
                ? tokens.renewAfterRefusal(connection, held, ACTOR)
                        .map(RefusedSessionTest::whoami)
                        .orElse(status)
                : status;
    }

    private static int whoami(HeldToken held) {
        Credential.Session session = (Credential.Session) held.credential();
        URI address = URI.create(BrokerStack.sandbox() + "/noon/identity/v1/whoami");
        String cookies = SessionCookies.headerFor(address, session.cookies(), Instant.now())
                .orElse("none");
        return NoonStory.whoami(cookies).statusCode();
    }

    private static void awaitCalls(AtomicInteger calls, int wanted) {
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> calls.get() >= wanted);
    }

    private static void assertLogins(NoonStory noon, String keyId, int number) {
        List<JsonNode> logins = noon.logins(keyId);
        assertThat(logins)
                .hasSize(number)
                .allMatch(login -> login.path("accepted").asBoolean());
        assertThat(logins.stream()
                        .map(login -> login.path("claims").path("jti").asText())
                        .distinct())
                .hasSize(number);
    }
}
