package dev.latchkey.caller.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerClient.Answer;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class AppResourceTest {

    private static final String APPS = "/api/v1/apps";

    @TestHTTPResource("/")
    URI server;

    @Inject
    DataSource database;

    private BrokerClient admin;

    @BeforeEach
    void signIn() {
        admin = BrokerClient.at(server).asAdmin();
    }

    @Test
    @DisplayName("R155 shows an app's secret once, at its making, and never again")
    void showsTheSecretOnce() throws SQLException {
        String id = newId();
        Answer created = create(id);

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Cache-Control")).isEqualTo("no-store");
        String secret = created.text("secret");
        assertThat(secret).hasSize(43);
        Answer read = admin.get(APPS + "/" + id);
        assertThat(read.status()).isEqualTo(200);
        assertThat(fields(read.json())).doesNotContain("secret", "events_secret");
        assertThat(read.body() + admin.get(APPS).body()).doesNotContain(secret);
        assertThat(dump("select app::text from app app")).contains(id).doesNotContain(secret);
    }

    @Test
    void provesItselfWithItsSecret() {
        String id = newId();
        String secret = create(id).text("secret");

        Answer asItself = BrokerClient.at(server).as(id, secret).get(APPS);

        // Known, but no admin.
        assertThat(asItself.status()).isEqualTo(403);
        assertThat(asItself.code()).isEqualTo("forbidden");
        Answer wrong = BrokerClient.at(server).as(id, secret + "x").get(APPS);
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.code()).isEqualTo("unauthenticated");
    }

    @Test
    void keepsTheOldSecretForAWhileAfterARotation() {
        String id = newId();
        String first = create(id).text("secret");

        Answer rotated = admin.send("POST", APPS + "/" + id + "/secret", "application/json", new byte[0]);
        String second = rotated.text("secret");

        assertThat(rotated.status()).isEqualTo(200);
        assertThat(rotated.json().path("expires_in").longValue()).isEqualTo(86_400);
        assertThat(second).isNotEqualTo(first);
        assertThat(statusAs(id, first)).isEqualTo(403);
        assertThat(statusAs(id, second)).isEqualTo(403);
        String third = admin.send("POST", APPS + "/" + id + "/secret", "application/json", new byte[0])
                .text("secret");
        assertThat(statusAs(id, first)).as("two rotations later").isEqualTo(401);
        assertThat(statusAs(id, second)).isEqualTo(403);
        assertThat(statusAs(id, third)).isEqualTo(403);
    }

    @Test
    void forgetsACachedSecretWhenTheAppIsDeleted() {
        String id = newId();
        String secret = create(id).text("secret");
        assertThat(statusAs(id, secret)).isEqualTo(403);

        assertThat(admin.delete(APPS + "/" + id).status()).isEqualTo(204);

        assertThat(statusAs(id, secret)).isEqualTo(401);
        assertThat(admin.get(APPS + "/" + id).code()).isEqualTo("not_found");
        assertThat(admin.delete(APPS + "/" + id).status()).isEqualTo(404);
    }

    @Test
    void keepsAnAppThatHasGrants() throws SQLException {
        String id = newId();
        create(id);
        grant(id);

        Answer refused = admin.delete(APPS + "/" + id);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("in_use");
        assertThat(admin.get(APPS + "/" + id).status()).isEqualTo(200);
    }

    @Test
    void givesAnEventsSecretWithTheFirstEventsUrlOnly() {
        String id = newId();
        Answer created = admin.post(APPS, body(id, "\"events_url\":\"https://app.example.org/events\","));

        assertThat(created.text("events_secret")).matches("whsec_[A-Za-z0-9+/]{43}=");
        String change = "{\"name\":\"n\",\"return_urls\":[],\"events_url\":\"https://app.example.org/other\"}";
        Answer changed = admin.put(APPS + "/" + id, change);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(fields(changed.json())).doesNotContain("events_secret");
        assertThat(changed.text("events_url")).isEqualTo("https://app.example.org/other");
        admin.put(APPS + "/" + id, "{\"name\":\"n\",\"return_urls\":[]}");
        assertThat(admin.put(APPS + "/" + id, change).text("events_secret")).startsWith("whsec_");
    }

    @Test
    void pagesNewestFirst() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 103; i++) {
            String id = newId();
            create(id);
            ids.addFirst(id);
        }

        Answer first = admin.get(APPS);
        Answer second = admin.get(APPS + "?after=" + first.text("next"));

        List<String> seen = new ArrayList<>(first.json().path("items").findValuesAsText("id"));
        assertThat(seen).hasSize(100);
        seen.addAll(second.json().path("items").findValuesAsText("id"));
        assertThat(seen).doesNotHaveDuplicates().startsWith(ids.toArray(String[]::new));
    }

    @Test
    @DisplayName("a password that was verified stays so when an app changes: its hash is paid for once a minute")
    void leavesVerifiedPasswordsAlone() throws SQLException {
        int status = statusAfterAChangeWithoutHash();
        if (status == 401) { // the minute of what an earlier test had verified may have ended just now
            status = statusAfterAChangeWithoutHash();
        }

        assertThat(status).isEqualTo(200);
    }

    /** The status of whoever was verified before an app is made, or that of the making if it is refused. */
    private int statusAfterAChangeWithoutHash() throws SQLException {
        assertThat(admin.get(APPS).status()).isEqualTo(200);
        String hash = dump("select password_hash from local_user where name = 'admin'")
                .strip();
        execute("update local_user set password_hash = '' where name = 'admin'");
        try {
            int made = create(newId()).status();
            return made == 201 ? admin.get(APPS).status() : made;
        } finally {
            execute("update local_user set password_hash = '" + hash + "' where name = 'admin'");
        }
    }

    @Test
    void takesAnIdOnce() {
        String id = newId();
        create(id);

        assertThat(create(id).code()).isEqualTo("already_exists");
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "approver", "", "-a", "A", "a b", "a/b", "é", "a\\u0000"})
    void refusesIdsThatAreReservedOrMalformed(String id) {
        Answer refused = admin.post(APPS, body(id, ""));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("pointer")).isEqualTo("/id");
    }

    @Test
    @DisplayName("R165 takes no member that an admin cannot set")
    void refusesMassAssignment() throws SQLException {
        for (String member : List.of(
                "\"secret\":\"chosen\"",
                "\"secret_sha256\":\"AAAA\"",
                "\"created_by\":\"root\"",
                "\"roles\":[\"latchkey-admin\"]",
                "\"old_secret_ends_at\":\"2999-01-01T00:00:00Z\"",
                "\"events_secret\":\"whsec_chosen\"")) {
            String id = newId();
            Answer refused = admin.post(APPS, body(id, member + ","));

            assertThat(refused.status()).as(member).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("invalid_request");
            assertThat(admin.get(APPS + "/" + id).status()).isEqualTo(404);
            assertThat(refused.body()).doesNotContain("chosen");
        }
    }

    @Test
    @DisplayName("R129 refuses an events URL that leads inside")
    void refusesEventsUrlsThatLeadInside() {
        Answer refused = admin.post(APPS, body(newId(), "\"events_url\":\"https://169.254.169.254/latest\","));

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.code()).isEqualTo("url_not_allowed");
        assertThat(refused.body()).doesNotContain("169.254");
    }

    @Test
    @DisplayName("R79 refuses to register a return URL with a fragment, and points at it")
    void refusesHazardousReturnUrls() {
        Answer refused = admin.post(
                APPS,
                "{\"id\":\"" + newId()
                        + "\",\"name\":\"n\",\"return_urls\":[\"https://ok.example\",\"https://a.example/#f\"]}");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("pointer")).isEqualTo("/return_urls/1");
        assertThat(refused.body()).doesNotContain("a.example");
    }

    @Test
    @DisplayName("R172 records each change of an app with who, what, request and address")
    void auditsEachChange() throws SQLException {
        String id = newId();
        Answer created = create(id);
        admin.put(APPS + "/" + id, "{\"name\":\"n\",\"return_urls\":[]}");
        admin.send("POST", APPS + "/" + id + "/secret", "application/json", new byte[0]);
        admin.delete(APPS + "/" + id);

        String rows = dump("select action || ' ' || actor || ' ' || source_ip from audit_event where app = '" + id
                + "' order by seq");
        assertThat(rows.lines())
                .containsExactly(
                        "app_created admin 127.0.0.1",
                        "app_changed admin 127.0.0.1",
                        "app_secret_rotated admin 127.0.0.1",
                        "app_deleted admin 127.0.0.1");
        assertThat(dump("select request_id from audit_event where action = 'app_created' and app = '" + id + "'"))
                .isEqualToIgnoringNewLines(created.header("X-Request-Id"));
    }

    @Test
    void isForAdminsOnly() {
        BrokerClient nobody = BrokerClient.at(server);

        assertThat(nobody.get(APPS).status()).isEqualTo(401);
        assertThat(nobody.get(APPS).header("WWW-Authenticate")).contains("Basic");
        assertThat(nobody.asApprover().get(APPS).code()).isEqualTo("forbidden");
        assertThat(nobody.asApprover().post(APPS, body(newId(), "")).status()).isEqualTo(403);
        assertThat(nobody.as("admin", "wrong").get(APPS).status()).isEqualTo(401);
        assertThat(nobody.as("nobody-at-all", "wrong").get(APPS).code()).isEqualTo("unauthenticated");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic",
                "Basic ",
                "Basic %%%",
                "Basic YQ==",
                "Basic Og==",
                "Basic OmE=",
                "Digest x",
                "x",
                "Basic gIA6gIA="
            })
    void refusesMalformedCredentials(String header) {
        Answer refused = BrokerClient.at(server).authorization(header).get(APPS);

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.code()).isEqualTo("unauthenticated");
    }

    private int statusAs(String id, String secret) {
        return BrokerClient.at(server).as(id, secret).get(APPS).status();
    }

    private Answer create(String id) {
        return admin.post(APPS, body(id, ""));
    }

    private static String body(String id, String more) {
        return "{\"id\":\"" + id + "\"," + more
                + "\"name\":\"An app\",\"return_urls\":[\"https://app.example.org/back\"]}";
    }

    private static String newId() {
        return "app-" + UUID.randomUUID();
    }

    private static List<String> fields(JsonNode json) {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private void grant(String app) throws SQLException {
        UUID connection = UUID.randomUUID();
        String partner = "p-" + connection;
        execute("insert into partner (id, catalog, name, created_by) values ('" + partner + "', 'oauth2', 'n', 't')");
        execute("insert into connection (id, partner, owner, status, requested_scopes, requested_methods, scopes,"
                + " methods, requested_by, requested_by_app) values ('" + connection + "', '" + partner
                + "', 'o', 'requested', '{}', '{}', '{}', '{}', '" + app + "', true)");
        execute("insert into connection_grant (connection, app, created_by) values ('" + connection + "', '" + app
                + "', 't')");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    private String dump(String sql) throws SQLException {
        StringBuilder text = new StringBuilder();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                text.append(rows.getString(1)).append('\n');
            }
        }
        return text.toString();
    }
}
