package dev.latchkey.keycloak.claims;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.keycloak.broker.BrokerHttp;
import dev.latchkey.keycloak.broker.BrokerSettings;
import dev.latchkey.keycloak.broker.Tokens;
import dev.latchkey.keycloak.testkit.BrokerPeer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AppConnectionsTest {

    private static final String PAGE = """
            {"items":[{"id":"1","partner":"p","owner":"o","status":"active"},{"id":"2","partner":"q","owner":"o"}]}""";

    private final BrokerPeer peer = new BrokerPeer();
    private final AtomicLong now = new AtomicLong(1);
    private final AppConnections connections =
            new AppConnections(new BrokerHttp(new BrokerSettings(peer.address(), "latchkey")), now::get);

    @AfterEach
    void stop() {
        peer.close();
    }

    private Optional<ConnectionList> of(String app) {
        return connections.of(app, () -> Tokens.named(app));
    }

    private void passLife() {
        now.addAndGet(AppConnections.LIFE.toNanos());
    }

    @Test
    @DisplayName("asks as the app, keeps the answer for some seconds, and keeps apps apart")
    void keepsForSeconds() {
        peer.answers(200, PAGE);

        assertThat(of("a")).hasValueSatisfying(list -> {
            assertThat(list.items())
                    .containsExactly(
                            Map.of("id", "1", "partner", "p", "owner", "o"),
                            Map.of("id", "2", "partner", "q", "owner", "o"));
            assertThat(list.hasMore()).isFalse();
        });
        of("a");
        assertThat(peer.asked()).hasSize(1);
        of("b");
        assertThat(peer.asked()).extracting(BrokerPeer.Asked::authorization).containsExactly("Bearer a", "Bearer b");
        passLife();
        of("a");
        assertThat(peer.asked()).hasSize(3);
    }

    @Test
    @DisplayName("a broker that is away is asked by one login in some seconds, and never for an old answer")
    void doesNotHoldUpLogins() {
        peer.answers(200, PAGE);
        of("a");
        passLife();
        peer.close();

        assertThat(of("a")).isEmpty();
        long before = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertThat(of("app" + i)).isEmpty();
        }
        assertThat(System.nanoTime() - before).isLessThan(2_000_000_000L);
    }

    @Test
    @DisplayName("a client that is no app has none; another answer says nothing")
    void tellsNoneFromUnknown() {
        peer.answers(403, "{}");
        assertThat(of("a")).contains(new ConnectionList(List.of(), false));
        peer.answers(500, "{}");
        assertThat(of("b")).isEmpty();
        peer.answers(200, "[1]");
        assertThat(of("c")).isEmpty();
    }

    @Test
    @DisplayName("says that there are more where a page or the mapper ends")
    void saysThatThereAreMore() {
        peer.answers(200, PAGE.replace("]}", "],\"next\":\"x\"}"));
        assertThat(of("a"))
                .hasValueSatisfying(list -> assertThat(list.hasMore()).isTrue());
        peer.answers(200, PAGE);
        assertThat(of("b").orElseThrow().first(1))
                .isEqualTo(new ConnectionList(List.of(Map.of("id", "1", "partner", "p", "owner", "o")), true));
        assertThat(of("b").orElseThrow().first(2).hasMore()).isFalse();
    }

    @Test
    @DisplayName("writes no claim that readers take for another")
    void guardsTheClaimsName() {
        assertThat(List.of("latchkey_connections", "https://x.example/connections"))
                .allMatch(ClaimName::isAllowed);
        assertThat(List.of("", "aud", "azp", "realm_access", "sub", "a b", "1a", "x".repeat(65)))
                .noneMatch(ClaimName::isAllowed);
    }
}
