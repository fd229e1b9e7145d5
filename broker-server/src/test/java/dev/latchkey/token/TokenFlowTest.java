package dev.latchkey.token;

import static org.assertj.core.api.Assertions.assertThat;

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
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an app gets, and what it does not get. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class TokenFlowTest {

    @Inject
    DataSource database;

    @Test
    @DisplayName("hands out the same token again and again while it lives, and nothing else (R156)")
    void handsOut() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        Answer first = story.token(app, connection).expect(200);
        Answer second = story.token(app, connection).expect(200);

        assertThat(first.text("access_token")).isEqualTo(second.text("access_token"));
        assertThat(first.text("token_type")).isEqualTo("Bearer");
        assertThat(first.text("scope")).isEqualTo("read");
        assertThat(first.json().path("expires_in").asLong()).isBetween(1L, 3600L);
        assertThat(first.header("Cache-Control")).contains("no-store");
        assertThat(first.json().fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("access_token", "token_type", "expires_in", "scope");
        assertThat(story.refreshes()).isZero();
    }

    @Test
    @DisplayName("R16 min_ttl above what is left causes one renewal, then cannot_satisfy_min_ttl")
    void minTtl() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 200));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        Answer refused = app.api().post("/connections/" + connection + "/token", Map.of("min_ttl", 300));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("cannot_satisfy_min_ttl");
        assertThat(story.refreshes()).isEqualTo(1);
        assertThat(story.token(app, connection)
                        .expect(200)
                        .json()
                        .path("expires_in")
                        .asLong())
                .isBetween(150L, 200L);
    }

    @Test
    @DisplayName("R160 an app without a grant finds nothing, and the audit log tells of it")
    void foreignApp() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Story.App other = story.app("other");
        String connection = story.active(app, "read");

        assertThat(story.token(other, connection).status()).isEqualTo(404);
        Answer log = story.approver().get("/audit?connection=" + connection + "&action=token_denied");
        assertThat(log.expect(200).json().path("items")).anySatisfy(row -> {
            assertThat(row.path("app").asText()).isEqualTo(other.id());
            assertThat(row.path("code").asText()).isEqualTo("not_found");
        });
    }

    @Test
    @DisplayName("R104 a revoked connection is gone for good, also for what was cached")
    void revoked() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String token = story.token(app, connection).expect(200).text("access_token");

        story.approver().post("/connections/" + connection + "/revoke").expect(200);

        assertThat(story.token(app, connection).status()).isEqualTo(404);
        assertThat(story.control().requests(story.sandboxName(), "revoke")).hasSize(1);
        assertThat(token).isNotEmpty();
    }

    @Test
    @DisplayName("R104 a revoked connection is gone also where the next token would need a renewal")
    void revokedWhileShortLived() {
        Story story = new Story().partner(Map.of());
        story.control().settings(story.sandboxName(), Map.of("access_token_seconds", 20));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.token(app, connection).expect(200);

        story.approver().post("/connections/" + connection + "/revoke").expect(200);
        long renewals = story.refreshes();

        assertThat(story.token(app, connection).status()).isEqualTo(404);
        assertThat(story.refreshes()).isEqualTo(renewals);
    }

    @Test
    @DisplayName("a grant narrower than the token is scope_not_granted; one that names methods is method_not_granted")
    void narrowGrants() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Story.App other = story.app("other");
        String connection = story.active(app, "read", "write");
        String grant = "/connections/" + connection + "/grants/" + other.id();

        story.approver().put(grant, Map.of("scopes", List.of("read"))).expect(200);
        assertThat(story.token(other, connection).code()).isEqualTo("scope_not_granted");
        story.approver().put(grant, Map.of("methods", List.of("GET"))).expect(200);
        assertThat(story.token(other, connection).code()).isEqualTo("method_not_granted");
        story.approver().put(grant, Map.of()).expect(200);
        story.token(other, connection).expect(200);
        story.approver().delete(grant).expect(204);
        assertThat(story.token(other, connection).status()).isEqualTo(404);
    }

    @Test
    @DisplayName(
            "R160 a grant is held against what the token covers, also where the database does not know of that yet")
    void vaultAhead() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Story.App other = story.app("other");
        String connection = story.active(app, "read", "write");
        new BrokerTables(database)
                .change("update connection set partner_scopes = '{read}' where id = ?", UUID.fromString(connection));
        story.approver()
                .put("/connections/" + connection + "/grants/" + other.id(), Map.of("scopes", List.of("read")))
                .expect(200);

        assertThat(story.token(other, connection).code()).isEqualTo("scope_not_granted");
        assertThat(story.approver()
                        .get("/audit?connection=" + connection + "&action=token_denied")
                        .expect(200)
                        .json()
                        .path("items"))
                .hasSize(1);
        story.token(app, connection).expect(200);
    }

    @Test
    @DisplayName("RFC 8693 gives the same token to Basic client authentication")
    void exchange() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String direct = story.token(app, connection).expect(200).text("access_token");
        String grantType = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange";
        String form = "application/x-www-form-urlencoded";

        Answer byId = app.api()
                .send("POST", "/oauth2/token", grantType + "&resource=urn:latchkey:connection:" + connection, form)
                .expect(200);
        Answer byOwner = app.api()
                .send(
                        "POST",
                        "/oauth2/token",
                        grantType + "&audience=" + story.partner() + "&resource=urn:latchkey:owner:owner-"
                                + story.mark(),
                        form)
                .expect(200);
        Answer foreign = story.app("other")
                .api()
                .send("POST", "/oauth2/token", grantType + "&resource=urn:latchkey:connection:" + connection, form);

        assertThat(byId.text("access_token")).isEqualTo(direct);
        assertThat(byOwner.text("access_token")).isEqualTo(direct);
        assertThat(byId.text("issued_token_type")).isEqualTo("urn:ietf:params:oauth:token-type:access_token");
        assertThat(foreign.status()).isEqualTo(400);
        assertThat(foreign.json().path("error").asText()).isEqualTo("invalid_target");
    }

    @Test
    @DisplayName("what is wrong in a request for a token is refused, and a connection has one name only")
    void malformed() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String path = "/connections/" + connection + "/token";

        for (Object minTtl : List.of(-1, 86_401, "300", 1.5, Long.MAX_VALUE, List.of(300), true)) {
            Answer refused = app.api().post(path, Map.of("min_ttl", minTtl));
            assertThat(refused.status()).as("%s", minTtl).isEqualTo(400);
            assertThat(refused.code()).isEqualTo("invalid_request");
        }
        assertThat(app.api().post(path, Map.of("scopes", List.of("re ad"))).status())
                .isEqualTo(400);
        assertThat(app.api().post(path, Map.of("scopes", List.of("write"))).code())
                .isEqualTo("scope_not_granted");
        assertThat(story.token(app, connection.toUpperCase(java.util.Locale.ROOT))
                        .status())
                .isEqualTo(404);
        assertThat(story.admin().post(path).code()).isEqualTo("forbidden");
        assertThat(story.refreshes()).isZero();
    }
}
