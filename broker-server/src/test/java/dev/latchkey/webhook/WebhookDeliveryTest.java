package dev.latchkey.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.event.EventReceiver;
import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** From the sandbox's Noones through the broker to an app that verifies with the published library. */
@QuarkusTest
@TestProfile(WebhookStack.class)
class WebhookDeliveryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Inject
    DataSource database;

    private final SandboxControl noones = BrokerStack.control();

    @Test
    @DisplayName("R127 delivers what Noones sends, signed by us, with the partner's own body as payload")
    void delivers() throws Exception {
        Hooked hooked = Hooked.noones();
        try (EventReceiver app = hooked.receiver("shop")) {
            String webhook = noones.saveWebhook(hooked.url().toString(), Optional.of(hooked.secret()));
            String odd = " {\"amount\": 1.50, \"note\":\"\\u00e4\",\r\n\"amount\": 2} ";

            JsonNode sent = noones.fireWebhook(webhook, Map.of("kind", "trade.partner_paid"));
            noones.fireWebhook(webhook, Map.of("body", odd));
            noones.fireWebhook(webhook, Map.of("body", "no=json&at=all"));
            assertThat(noones.fireWebhook(webhook, Map.of("signature", "wrong", "attempts", 1))
                            .path("statuses"))
                    .hasToString("[401]");
            assertThat(noones.fireWebhook(webhook, Map.of("signature", "none", "attempts", 1))
                            .path("statuses"))
                    .hasToString("[401]");

            received(app, 3);
            assertThat(sent.path("statuses")).hasToString("[200]");
            assertThat(app.received()).allMatch(EventReceiver.Received::genuine);
            String head = "{\"type\":\"partner.event\",\"partner\":\"" + hooked.partner() + "\",\"connection\":\""
                    + connectionOf(hooked) + "\",\"payload\":";
            assertThat(app.bodies())
                    .containsExactly(
                            head + sent.path("body").asText() + "}", head + odd + "}", head + "\"no=json&at=all\"}");
        }
    }

    @Test
    @DisplayName("R127 marks what a partner does not sign, and names no connection where more than one may be meant")
    void marksUnsigned() throws Exception {
        Hooked hooked = Hooked.unsigned();
        // both are live in the table; a token endpoint to make them so is not this test's matter
        Hooked.App app = hooked.app("shop", URI.create("http://127.0.0.1:9/"));
        Hooked.App other = hooked.app("other", URI.create("http://127.0.0.1:9/"));
        Hooked.App stranger = hooked.app("stranger", URI.create("http://127.0.0.1:9/"));
        String first = live(hooked, app);
        String webhook = noones.saveWebhook(hooked.url().toString(), Optional.empty());

        noones.fireWebhook(webhook, Map.of("body", "{\"n\":1}"));
        String second = live(hooked, other);
        noones.fireWebhook(webhook, Map.of("body", "{\"n\":2}"));
        noones.repeatWebhook(webhook);
        grant(first, other);
        noones.fireWebhook(webhook, Map.of("body", "{\"n\":3}"));
        new BrokerTables(database)
                .change("update connection set status = 'revoked' where id = ?", UUID.fromString(first));
        noones.fireWebhook(webhook, Map.of("body", "{\"n\":4}"));

        String unnamed = "{\"type\":\"partner.event\",\"partner\":\"" + hooked.partner() + "\",\"unsigned\":true,";
        assertThat(bodies(app))
                .containsExactly(
                        named(hooked, first, 1),
                        unnamed + "\"payload\":{\"n\":2}}",
                        unnamed + "\"payload\":{\"n\":3}}");
        assertThat(bodies(other))
                .containsExactly(
                        unnamed + "\"payload\":{\"n\":2}}",
                        unnamed + "\"payload\":{\"n\":3}}",
                        named(hooked, second, 4));
        assertThat(bodies(stranger)).isEmpty();
    }

    @Test
    @DisplayName("R127 keeps trying an app that answers 500, in order, with one id an event")
    void keepsTrying() throws Exception {
        Hooked hooked = Hooked.noones();
        try (EventReceiver app = hooked.receiver("shop")) {
            app.answerWith(500, 503, 500);
            String webhook = noones.saveWebhook(hooked.url().toString(), Optional.of(hooked.secret()));
            for (int i = 0; i < 5; i++) {
                noones.fireWebhook(webhook, Map.of("body", "{\"n\":" + i + "}"));
            }

            BrokerTables tables = new BrokerTables(database);
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
                tables.texts(
                        "update event_delivery set due_at = now() where partner = ? returning 1", hooked.partner());
                tables.hurry("event-delivery");
                assertThat(app.received()).hasSizeGreaterThanOrEqualTo(8);
            });
            List<String> order = app.bodies().stream()
                    .map(body -> body.replaceFirst(".*\"n\":(\\d).*", "$1"))
                    .toList();
            assertThat(order).containsExactly("0", "0", "0", "0", "1", "2", "3", "4");
            assertThat(app.received().stream()
                            .limit(4)
                            .map(EventReceiver.Received::id)
                            .distinct())
                    .hasSize(1);
            assertThat(app.received().stream().map(EventReceiver.Received::id).distinct())
                    .hasSize(5);
        }
    }

    @Test
    @DisplayName(
            "R127 lists what was given up without its payload, page by page, and sends or forgets it as an admin says")
    void replaysDeadEvents() throws Exception {
        Hooked hooked = Hooked.noones();
        BrokerTables tables = new BrokerTables(database);
        try (EventReceiver app = hooked.receiver("shop")) {
            String shop = tables.texts(
                            "select id from app where id like ?",
                            "shop-%" + hooked.partner().substring(5))
                    .getFirst();
            tables.change("update app set events_url = 'http://127.0.0.1:9/' where id = ?", shop);
            for (int i = 0; i < 3; i++) {
                hooked.send("{\"n\":" + i + ",\"private\":\"zq7mark\"}");
            }
            await().atMost(PATIENCE).untilAsserted(() -> {
                tables.texts(
                        "update event_delivery set created_at = now() - interval '25 hours', due_at = now()"
                                + " where app = ? and status = 'pending' returning 1",
                        shop);
                tables.hurry("event-delivery");
                assertThat(dead(hooked, shop)).hasSize(3);
            });
            Answer list = hooked.admin().get("/events/dead?app=" + shop).expect(200);
            assertThat(list.raw().body()).doesNotContain("zq7mark");
            JsonNode newest = list.json().path("items").path(0);
            assertThat(newest.path("type").asText()).isEqualTo("partner.event");
            assertThat(newest.path("partner").asText()).isEqualTo(hooked.partner());
            assertThat(newest.path("connection").asText()).isEqualTo(connectionOf(hooked));
            assertThat(newest.path("last_failure").asText()).isEqualTo("unreachable");
            assertThat(newest.path("attempts").asInt()).isPositive();

            List<String> ids = dead(hooked, shop);
            tables.change(
                    "update app set events_url = ? where id = ?", app.url().toString(), shop);
            hooked.admin().post("/events/dead/" + ids.get(2) + "/replay").expect(204);
            hooked.admin().delete("/events/dead/" + ids.get(1)).expect(204);
            received(app, 1);
            assertThat(app.received().getFirst().id()).isEqualTo(ids.get(2));
            assertThat(app.bodies().getFirst()).contains("\"n\":0");
            assertThat(dead(hooked, shop)).containsExactly(ids.getFirst());

            hooked.admin().post("/events/dead/" + ids.get(2) + "/replay").expect(404);
            hooked.admin().delete("/events/dead/" + ids.get(1)).expect(404);
            hooked.admin()
                    .post("/events/dead/" + ids.getFirst().toUpperCase(java.util.Locale.ROOT) + "/replay")
                    .expect(404);
            hooked.approver().get("/events/dead").expect(403);
            hooked.approver().post("/events/dead/" + ids.getFirst() + "/replay").expect(403);
            BrokerApi.anonymous(BrokerStack.broker()).get("/events/dead").expect(401);
            hooked.admin().get("/events/dead?after=x").expect(400);
            hooked.admin().get("/events/dead?app=X").expect(400);
            assertThat(tables.texts(
                            "select action || ' ' || actor || ' ' || (details ->> 'event') from audit_event"
                                    + " where app = ? and action like 'event%' order by seq",
                            shop))
                    .containsExactly("event_replayed admin " + ids.get(2), "event_discarded admin " + ids.get(1));
        }
    }

    @Test
    @DisplayName("R127 a replayed event is tried for another 24 hours, and dead events are paged")
    void pagesDeadEvents() {
        Hooked hooked = Hooked.noones();
        Hooked.App app = hooked.app("shop", URI.create("http://127.0.0.1:9/"));
        BrokerTables tables = new BrokerTables(database);
        tables.change(
                "insert into event_delivery (app, type, partner, body, status, created_at) select ?, 'partner.event', ?, '{}',"
                        + " 'dead', now() - interval '25 hours' from generate_series(1, 205)",
                app.id(),
                hooked.partner());

        List<String> all = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            Answer page = hooked.admin()
                    .get("/events/dead?app=" + app.id()
                            + after.map(it -> "&after=" + it).orElse(""))
                    .expect(200);
            page.json().path("items").forEach(item -> all.add(item.path("id").asText()));
            after = Optional.ofNullable(page.json().path("next").textValue());
        } while (after.isPresent());
        assertThat(all).hasSize(205).doesNotHaveDuplicates();

        hooked.admin().post("/events/dead/" + all.getFirst() + "/replay").expect(204);
        await().atMost(PATIENCE)
                .until(() -> !tables.texts(
                                "select 1 from event_delivery where id = ? and attempts > 0",
                                UUID.fromString(all.getFirst()))
                        .isEmpty());
        assertThat(tables.texts("select status from event_delivery where id = ?", UUID.fromString(all.getFirst())))
                .containsExactly("pending");
        tables.change("delete from event_delivery where app = ?", app.id());
    }

    private static List<String> dead(Hooked hooked, String app) {
        List<String> ids = new ArrayList<>();
        hooked.admin()
                .get("/events/dead?app=" + app)
                .expect(200)
                .json()
                .path("items")
                .forEach(item -> ids.add(item.path("id").asText()));
        return ids;
    }

    private static void received(EventReceiver app, int count) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(app.received()).hasSizeGreaterThanOrEqualTo(count));
    }

    private static String named(Hooked hooked, String connection, int n) {
        return "{\"type\":\"partner.event\",\"partner\":\"" + hooked.partner() + "\",\"connection\":\"" + connection
                + "\",\"unsigned\":true,\"payload\":{\"n\":" + n + "}}";
    }

    private String connectionOf(Hooked hooked) {
        return new BrokerTables(database)
                .texts("select id from connection where partner = ?", hooked.partner())
                .getFirst();
    }

    /** What is in the outbox for an app whose receiver is not there, in order. */
    private List<String> bodies(Hooked.App app) {
        return new BrokerTables(database)
                        .texts(
                                "select body from event_delivery where app = ? and type = 'partner.event' order by seq",
                                app.id())
                        .stream()
                        .map(WebhookDeliveryTest::checked)
                        .toList();
    }

    private static String checked(String body) {
        try {
            new JsonMapper().readTree(body);
            return body;
        } catch (java.io.IOException e) {
            throw new AssertionError(body, e);
        }
    }

    private String live(Hooked hooked, Hooked.App app) {
        UUID id = UUID.randomUUID();
        new BrokerTables(database)
                .change(
                        "insert into connection (id, partner, owner, status, requested_scopes, requested_methods, scopes,"
                                + " methods, requested_by, requested_by_app)"
                                + " values (?, ?, 'u', 'active', '{}', '{}', '{}', '{}', 'admin', false)",
                        id,
                        hooked.partner());
        grant(id.toString(), app);
        return id.toString();
    }

    private void grant(String connection, Hooked.App app) {
        new BrokerTables(database)
                .change(
                        "insert into connection_grant (connection, app, created_by) values (?, ?, 'ann')",
                        UUID.fromString(connection),
                        app.id());
    }
}
