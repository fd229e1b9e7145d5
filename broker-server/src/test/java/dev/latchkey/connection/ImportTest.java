package dev.latchkey.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import dev.latchkey.testkit.TestHttp;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Moving here: credentials that another system has won before, so that no user is asked again. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ImportTest {

    @Inject
    CredentialVault vault;

    @Inject
    DataSource database;

    private final Story story = new Story().partner(Map.of());
    private final Story.App app = story.app("shop");

    @Test
    @DisplayName("an imported refresh token is used after an approval, and by nobody before")
    void refreshTokenAlone() throws Exception {
        JsonNode tokens = wonElsewhere();
        String connection = imported(
                        Map.of("refresh_token", tokens.path("refresh_token").asText()))
                .expect(201)
                .text("id");

        assertThat(story.status(connection)).isEqualTo("requested");
        assertThat(story.token(app, connection).status()).isEqualTo(404);
        assertThat(vault.read(VaultPath.brought(UUID.fromString(connection)))).isPresent();
        assertThat(story.refreshes()).isZero();

        Answer approved =
                story.approver().post("/connections/" + connection + "/approve").expect(200);

        assertThat(approved.text("status")).isEqualTo("active");
        story.approver()
                .put("/connections/" + connection + "/grants/" + app.id(), Map.of())
                .expect(200);
        Answer token = story.token(app, connection).expect(200);
        assertThat(token.text("access_token"))
                .isNotEqualTo(tokens.path("access_token").asText());
        assertThat(story.refreshes()).isEqualTo(1);
        assertThat(vault.read(VaultPath.brought(UUID.fromString(connection)))).isEmpty();
    }

    @Test
    @DisplayName("an imported access token is handed out while it lives, and never for longer than was said")
    void accessToken() throws Exception {
        JsonNode tokens = wonElsewhere();
        String connection = imported(Map.of(
                        "access_token", tokens.path("access_token").asText(),
                        "refresh_token", tokens.path("refresh_token").asText(),
                        "expires_in", 120))
                .expect(201)
                .text("id");
        story.approver().post("/connections/" + connection + "/approve").expect(200);
        story.approver()
                .put("/connections/" + connection + "/grants/" + app.id(), Map.of())
                .expect(200);

        Answer token = story.token(app, connection).expect(200);

        assertThat(token.text("access_token"))
                .isEqualTo(tokens.path("access_token").asText());
        assertThat(token.json().path("expires_in").asLong()).isBetween(60L, 120L);
    }

    @Test
    @DisplayName("what is rejected or revoked before it was adopted is destroyed here, and lives on where it came from")
    void rejected() throws Exception {
        String refreshToken = wonElsewhere().path("refresh_token").asText();
        String rejected =
                imported(Map.of("refresh_token", refreshToken)).expect(201).text("id");
        String revoked =
                imported(Map.of("refresh_token", refreshToken)).expect(201).text("id");

        story.approver().post("/connections/" + rejected + "/reject").expect(200);
        story.approver().post("/connections/" + revoked + "/revoke");

        for (String connection : List.of(rejected, revoked)) {
            assertThat(vault.read(VaultPath.brought(UUID.fromString(connection))))
                    .isEmpty();
        }
        assertThat(renewedByHand(refreshToken)).isEqualTo(200);
    }

    @Test
    @DisplayName("only an admin imports, and another person approves")
    void whoMay() {
        Map<String, ?> wish = wish(Map.of("refresh_token", "r-1"));
        assertThat(app.api().post("/connections", wish).status()).isEqualTo(403);
        assertThat(story.approver().post("/connections", wish).status()).isEqualTo(403);

        String connection = imported(Map.of("refresh_token", "r-1")).expect(201).text("id");

        Answer own = story.admin().post("/connections/" + connection + "/approve");
        assertThat(own.status()).isEqualTo(403);
        assertThat(own.code()).isEqualTo("self_approval");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "\"r\"",
                "{\"refresh_token\":\"\"}",
                "{\"refresh_token\":null}",
                "{\"refresh_token\":[\"r\"]}",
                "{\"refresh_token\":\"r\",\"mystery\":\"s3cr3t-mystery\"}",
                "{\"expires_in\":60}",
                "{\"refresh_token\":\"r\",\"expires_in\":60}",
                "{\"access_token\":\"a\",\"expires_in\":-1}",
                "{\"access_token\":\"a\",\"expires_in\":\"soon\"}",
                "{\"token\":\"t\",\"token_secret\":\"s\"}"
            })
    @DisplayName("an import that is none is 400, echoes nothing and leaves nothing")
    void refused(String brought) throws Exception {
        long before = connections();

        Answer answer = story.admin().post("/connections", wish(tree(brought)));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_request");
        assertThat(answer.json().path("pointer").asText()).startsWith("/import");
        assertThat(answer.raw().body()).doesNotContain("mystery");
        assertThat(connections()).isEqualTo(before);
    }

    @Test
    @DisplayName("a partner whose access is the registration's own has nothing to import")
    void nothingToImport() {
        String id = "own-" + story.mark();
        story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                id,
                                "catalog",
                                "noones-oauth2-direct",
                                "credentials",
                                Map.of("client_id", "c", "client_secret", "s")))
                .expect(201);
        Map<String, Object> wish = new HashMap<>(wish(Map.of("refresh_token", "r")));
        wish.put("partner", id);
        wish.put("scopes", List.of());

        Answer answer = story.admin().post("/connections", wish);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("pointer").asText()).isEqualTo("/import");
    }

    @Test
    @DisplayName("R150 an imported token is in no table")
    void inNoTable() {
        String canary = "canary-import-" + UUID.randomUUID();

        imported(Map.of("refresh_token", canary)).expect(201);

        assertThat(new BrokerTables(database).tablesHolding(canary)).isEmpty();
    }

    private Answer imported(Map<String, ?> brought) {
        return story.admin().post("/connections", wish(brought));
    }

    private Map<String, ?> wish(Object brought) {
        return Map.of(
                "partner",
                story.partner(),
                "owner",
                "owner-" + UUID.randomUUID(),
                "scopes",
                List.of("read"),
                "import",
                brought);
    }

    private long connections() {
        return Long.parseLong(new BrokerTables(database)
                .texts("select count(*) from connection where partner = ?", story.partner())
                .getFirst());
    }

    /** The tokens that another system got for our client, by the same registration. */
    private JsonNode wonElsewhere() throws Exception {
        String redirect =
                story.admin().get("/partners/" + story.partner()).expect(200).text("redirect_uri");
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(URI.create(story.at("authorize") + "?response_type=code&scope=read&state=s&client_id="
                + story.clientId() + "&redirect_uri=" + URLEncoder.encode(redirect, StandardCharsets.UTF_8)));
        browser.allow("user-" + story.mark());
        String code = Story.query(browser.location().orElseThrow()).get("code");
        HttpResponse<String> reply =
                form(Map.of("grant_type", "authorization_code", "code", code, "redirect_uri", redirect));
        assertThat(reply.statusCode()).isEqualTo(200);
        return tree(reply.body());
    }

    private int renewedByHand(String refreshToken) {
        return form(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken))
                .statusCode();
    }

    private static JsonNode tree(String json) throws JsonProcessingException {
        return new JsonMapper().readTree(json);
    }

    private HttpResponse<String> form(Map<String, String> fields) {
        try (TestHttp http = new TestHttp()) {
            return http.form(
                    URI.create(story.at("token")), TestHttp.basic(story.clientId(), story.clientSecret()), fields);
        }
    }
}
