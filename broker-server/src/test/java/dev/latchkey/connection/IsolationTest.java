package dev.latchkey.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What belongs to one app is not there for another, and nobody sets what is not theirs to set. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class IsolationTest {

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String EXCHANGE = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange";

    @Inject
    DataSource database;

    @Test
    @DisplayName("R159 a foreign connection is as unknown as one that never was, on every endpoint, without effect")
    void foreignIds() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Story.App thief = story.app("thief");
        String connection = story.active(app, "read");
        List<String> before = snapshot(connection);

        for (String id : List.of(connection, UUID.randomUUID().toString())) {
            assertUnknown(thief.api().get("/connections/" + id), id);
            assertUnknown(thief.api().post("/connections/" + id + "/token"), id);
            assertUnknown(thief.api().post("/connections/" + id + "/token", Map.of("min_ttl", 7200)), id);
            assertUnknown(thief.api().get("/connections/" + id + "/proxy/orders"), id);
            assertUnknown(
                    thief.api().post("/connections/" + id + "/sign", Map.of("method", "GET", "url", story.at("api/x"))),
                    id);
            assertUnknown(thief.api().post("/connections/" + id + "/connect-url"), id);
            assertUnknown(thief.api().post("/connections/" + id + "/confirm", Map.of("handle", "h".repeat(43))), id);
            Answer exchange = thief.api()
                    .send("POST", "/oauth2/token", EXCHANGE + "&resource=urn:latchkey:connection:" + id, FORM);
            assertThat(exchange.json().path("error").asText()).isEqualTo("invalid_target");
        }
        Answer byOwner = thief.api()
                .send(
                        "POST",
                        "/oauth2/token",
                        EXCHANGE + "&audience=" + story.partner() + "&resource=urn:latchkey:owner:owner-"
                                + story.mark(),
                        FORM);
        assertThat(byOwner.json().path("error").asText()).isEqualTo("invalid_target");
        assertThat(thief.api().get("/connections").json().path("items")).isEmpty();
        assertThat(thief.api()
                        .get("/connections?owner=owner-" + story.mark() + "&partner=" + story.partner())
                        .json()
                        .path("items"))
                .isEmpty();
        assertThat(snapshot(connection)).isEqualTo(before);
        assertThat(story.refreshes()).isZero();
        story.token(app, connection).expect(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "%2e%2e", "..%2fapps", "0-0-0-0-0", "ffffffff-ffff-ffff-ffff-fffffffffffff", "x'--"})
    @DisplayName("R159 an id that cannot be is unknown, too")
    void impossibleIds(String id) {
        Story story = new Story();
        Story.App app = story.app("shop");

        assertThat(app.api().get("/connections/" + id).status()).isBetween(400, 404);
        assertThat(app.api().post("/connections/" + id + "/token").status()).isBetween(400, 404);
        assertThat(app.api().post("/connections/" + id + "/connect-url").status())
                .isBetween(400, 404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tenantId",
                "tenant_id",
                "status",
                "version",
                "secretPath",
                "id",
                "requested_by",
                "approved_by",
                "approval_rule",
                "partner_scopes",
                "grants",
                "kv_version",
                "created_at"
            })
    @DisplayName("R165 a member that is not the caller's to set is refused, and nothing changes")
    void massAssignment(String member) {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.request(app, "read");
        List<String> before = snapshot(connection);
        String path = "/connections/" + connection;
        Map<String, Object> request = new HashMap<>(
                Map.of("partner", story.partner(), "owner", "owner-" + story.mark(), "scopes", List.of("read")));
        request.put(member, "active");

        assertRefused(app.api().post("/connections", request));
        assertRefused(story.approver().post(path + "/approve", Map.of(member, "active")));
        assertRefused(story.approver().post(path + "/reject", Map.of(member, "active")));
        assertRefused(story.approver().post(path + "/revoke", Map.of(member, "active")));
        assertRefused(story.approver().put(path + "/grants/" + app.id(), Map.of(member, "active")));
        assertRefused(app.api().post(path + "/token", Map.of(member, "active")));
        assertRefused(story.approver()
                .put(
                        "/partners/" + story.partner() + "/standing-approvals/" + app.id(),
                        Map.of("scopes", List.of("read"), member, "active")));

        assertThat(snapshot(connection)).isEqualTo(before);
        assertThat(new BrokerTables(database).texts("select id from connection where partner = ?", story.partner()))
                .containsExactly(connection);
        assertThat(new BrokerTables(database)
                        .texts("select app from standing_approval where partner = ?", story.partner()))
                .isEmpty();
    }

    private static void assertUnknown(Answer answer, String id) {
        assertThat(answer.status()).as(answer.raw().uri().getPath()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("not_found");
        assertThat(answer.raw().body()).doesNotContain(id);
    }

    private static void assertRefused(Answer answer) {
        assertThat(answer.status()).as("%s", answer.raw()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
    }

    /** Everything that the database has of a connection but its audit rows. */
    private List<String> snapshot(String connection) {
        UUID id = UUID.fromString(connection);
        return new BrokerTables(database)
                .texts(
                        "select c::text from connection c where id = ? union all"
                                + " select g::text from connection_grant g where connection = ? union all"
                                + " select t::text from connect_ticket t where connection = ? order by 1",
                        id,
                        id,
                        id);
    }
}
