package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What apps are told when a renewal does not work, and what becomes of the connection. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class RefreshFailureTest implements SweepHeldBack {

    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

    /** Connections of one partner. */
    private static final int FLEET = 20;

    @Inject
    DataSource database;

    @Test
    @DisplayName("invalid_grant is needs_reauth with an event, and the partner is not asked again")
    void grantOver() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        listens(story, app);
        String connection = story.active(app, "read");
        story.token(app, connection).expect(200);
        story.control().endFamily(story.family());

        Answer first = story.token(app, connection);
        Answer second = story.token(app, connection);

        assertThat(List.of(first, second)).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.code()).isEqualTo("needs_reauth");
            assertThat(answer.text("reason")).isEqualTo("invalid_grant");
            assertThat(answer.text("reconnect")).isEqualTo("/api/v1/connections/" + connection + "/connect-url");
        });
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(2);
        assertThat(story.status(connection)).isEqualTo("needs_reauth");
        assertThat(new BrokerTables(database)
                        .texts(
                                "select type from event_delivery where connection = ? order by seq",
                                UUID.fromString(connection)))
                .containsExactly("connection.active", "connection.needs_reauth");
        assertThat(audited(story, connection, "connection_needs_reauth")).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "R59: invalid_client is partner_misconfigured: the registration is marked, the connection stays active")
    void clientRefused() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .status(401, JSON, "{\"error\":\"invalid_client\"}"));

        Answer refused = story.token(app, connection);
        Answer again = story.token(app, connection);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("partner_misconfigured");
        assertThat(refused.header("Retry-After")).isNotEmpty();
        assertThat(again.status()).isEqualTo(503);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
        assertThat(story.status(connection)).isEqualTo("active");
        assertThat(misconfigured(story)).isEqualTo("t");

        resume(connection);
        story.token(app, connection).expect(200);
        assertThat(misconfigured(story)).isEqualTo("f");
    }

    @Test
    @DisplayName("R59: a partner that refuses our client for all its connections is marked once, and all stay active")
    void clientRefusedForAll() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        List<String> connections =
                Stream.generate(() -> story.active(app, "read")).limit(FLEET).toList();
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .times(FLEET)
                        .status(401, JSON, "{\"error\":\"invalid_client\"}"));
        AtomicInteger next = new AtomicInteger();

        List<Answer> answers = AtOnce.run(FLEET, () -> story.token(app, connections.get(next.getAndIncrement())));

        assertThat(answers).extracting(Answer::status).containsOnly(503);
        assertThat(answers).extracting(Answer::code).containsOnly("partner_misconfigured");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(FLEET);
        assertThat(connections).extracting(story::status).containsOnly("active");
        assertThat(misconfigured(story)).isEqualTo("t");
        assertThat(marks(story)).containsExactly("true");

        connections.forEach(this::resume);
        connections.forEach(connection -> story.token(app, connection).expect(200));
        assertThat(misconfigured(story)).isEqualTo("f");
        assertThat(marks(story)).containsExactly("true", "false");
    }

    @ParameterizedTest
    @CsvSource({"429, 429, partner_rate_limited", "503, 503, partner_unavailable"})
    @DisplayName("R57: a partner that is busy is passed on with Retry-After, and is not asked before")
    void busy(int partnerStatus, int status, String code) {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .status(partnerStatus, Map.of("Retry-After", "120"), "<html>"));

        Answer refused = story.token(app, connection);
        Answer again = story.token(app, connection);

        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.header("Retry-After")).isEqualTo("120");
        assertThat(again.status()).isEqualTo(status);
        assertThat(again.code()).isEqualTo(code);
        assertThat(Integer.parseInt(again.header("Retry-After"))).isBetween(60, 132);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
        assertThat(story.status(connection)).isEqualTo("active");
        assertThat(audited(story, connection, "refresh_failed")).isEqualTo(1);

        new BrokerTables(database).change("delete from partner_pause where partner = ?", story.partner());
        resume(connection);
        story.token(app, connection).expect(200);
    }

    @Test
    @DisplayName("a token that still lives is served while the partner may not be asked")
    void servedMeanwhile() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 200));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .status(503, Map.of("Retry-After", "120"), ""));

        Answer refused = app.api().post("/connections/" + connection + "/token", Map.of("min_ttl", 300));

        assertThat(refused.code()).isEqualTo("partner_unavailable");
        story.token(app, connection).expect(200);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
    }

    @Test
    @DisplayName("while the vault cannot be used nothing is spent at the partner")
    void vaultUnusable() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        story.token(app, connection).expect(200);

        Answer refused;
        tables.asOwner("alter table local_vault rename to local_vault_away");
        try {
            refused = story.token(app, connection);
        } finally {
            tables.asOwner("alter table local_vault_away rename to local_vault");
        }

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("vault_unavailable");
        assertThat(refused.header("Retry-After")).isNotEmpty();
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
        story.token(app, connection).expect(200);
    }

    @Test
    @DisplayName("while the vault can be read but not written nothing is spent at the partner")
    void vaultReadOnly() {
        Story story = shortLived();
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        story.token(app, connection).expect(200);

        Answer refused;
        String role = tables.texts("select current_user").getFirst();
        tables.asOwner("revoke insert on local_vault from \"" + role + "\"");
        try {
            refused = story.token(app, connection);
        } finally {
            tables.asOwner("grant insert on local_vault to \"" + role + "\"");
        }

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("vault_unavailable");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
        story.token(app, connection).expect(200);
    }

    private void resume(String connection) {
        new BrokerTables(database)
                .change("update connection set retry_at = null where id = ?", UUID.fromString(connection));
    }

    private String misconfigured(Story story) {
        return new BrokerTables(database)
                .texts("select misconfigured from partner where id = ?", story.partner())
                .getFirst();
    }

    /** What the audit log says of the mark, in its order. */
    private List<String> marks(Story story) {
        return new BrokerTables(database)
                .texts(
                        "select details ->> 'misconfigured' from audit_event"
                                + " where partner = ? and action = 'partner_misconfigured' order by seq",
                        story.partner());
    }

    private static int audited(Story story, String connection, String action) {
        return story.approver()
                .get("/audit?connection=" + connection + "&action=" + action)
                .expect(200)
                .json()
                .path("items")
                .size();
    }

    /** Nobody listens at the address; the events stay where they wait. */
    private static void listens(Story story, Story.App app) {
        story.admin()
                .put(
                        "/apps/" + app.id(),
                        Map.of(
                                "name",
                                "shop",
                                "return_urls",
                                List.of(Story.RETURN_URL),
                                "events_url",
                                "http://127.0.0.1:9/events"))
                .expect(200);
    }

    private static Story shortLived() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        return story;
    }
}
