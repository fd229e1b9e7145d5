package dev.latchkey.partner.registration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.latchkey.partner.credential.ClientKeyTest;
import dev.latchkey.partner.registration.AdminApi.Answer;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.FakeIssuer;
import dev.latchkey.testkit.TestDatabase;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(PartnerTestProfile.class)
@QuarkusTestResource(TestDatabase.class)
class PartnerResourceTest {

    private static final String CANARY = "canary-8f1c2e77";

    private static final FakeIssuer ISSUER = new FakeIssuer();

    private final AdminApi admin = new AdminApi("admin");

    @Inject
    CredentialVault vault;

    @Inject
    PartnerTables tables;

    @AfterAll
    static void closeIssuer() {
        ISSUER.close();
    }

    @Test
    void registersAClient() {
        String id = freshId();

        Answer answer = admin.post("/partners", noones(id, CANARY + "-1"));

        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(answer.raw().headers().firstValue("Location").orElse("")).endsWith("/api/v1/partners/" + id);
        JsonNode json = answer.json();
        assertThat(json.path("id").asText()).isEqualTo(id);
        assertThat(json.path("catalog").asText()).isEqualTo("noones-oauth2-delegated");
        assertThat(json.path("redirect_uri").asText()).endsWith("/callback/" + id);
        assertThat(json.path("fingerprints").path("client_secret").asText()).matches("[0-9a-f]{32}");
        assertThat(json.path("fingerprints").path("client_id").asText()).matches("[0-9a-f]{32}");
        assertThat(json.has("warnings")).isFalse();
        assertThat(stored(id)).containsEntry("client_id", "our-client").containsEntry("client_secret", CANARY + "-1");
        assertThat(tables.audit(id)).containsExactly("partner_created admin success");
        assertThat(admin.get("/audit?action=partner_created").text()).contains(id);
    }

    @Test
    @DisplayName("R155 never gives a credential back, in whatever call, nor keeps it outside the vault")
    void neverGivesACredentialBack() {
        String id = freshId();

        List<Answer> answers = List.of(
                admin.post("/partners", noones(id, CANARY + "-2")),
                admin.post("/partners", noones(id, CANARY + "-2")),
                admin.get("/partners"),
                admin.get("/partners/" + id),
                admin.put("/partners/" + id, noones("", CANARY + "-3")),
                admin.put(
                        "/partners/" + id,
                        "{\"catalog\":\"oidc\",\"credentials\":{\"client_secret\":\"" + CANARY + "\"}}"),
                admin.delete("/partners/" + id));

        assertThat(answers.stream().map(Answer::status)).containsExactly(201, 409, 200, 200, 200, 400, 204);
        assertThat(answers).noneMatch(answer -> answer.text().contains(CANARY));
        assertThat(tables.dump()).doesNotContain(CANARY).doesNotContain("our-client");
    }

    @Test
    @DisplayName("R74 tells each registration a redirect URI of its own; a partner without browsers gets none")
    void tellsARedirectUriOfItsOwn() {
        String one = freshId();
        String other = freshId();

        JsonNode first = admin.post("/partners", noones(one, "s1")).json();
        JsonNode second = admin.post("/partners", noones(other, "s1")).json();
        JsonNode direct = admin.post("/partners", noones(freshId(), "s1").replace("delegated", "direct"))
                .json();

        assertThat(first.path("redirect_uri").asText())
                .isNotEqualTo(second.path("redirect_uri").asText())
                .endsWith("/callback/" + one);
        assertThat(direct.has("redirect_uri")).isFalse();
        assertThat(direct.path("catalog").asText()).isEqualTo("noones-oauth2-direct");
    }

    @Test
    void keepsCredentialsThatAChangeLeavesOut() {
        String id = freshId();
        JsonNode before = admin.post("/partners", noones(id, "s1")).json();

        Answer renamed = admin.put("/partners/" + id, "{\"catalog\":\"noones-oauth2-delegated\",\"name\":\"Renamed\"}");
        Answer rotated = admin.put(
                "/partners/" + id,
                "{\"catalog\":\"noones-oauth2-delegated\",\"credentials\":{\"client_secret\":\"s2\"}}");

        assertThat(renamed.status()).as(renamed.text()).isEqualTo(200);
        assertThat(renamed.json().path("name").asText()).isEqualTo("Renamed");
        assertThat(renamed.json().path("fingerprints")).isEqualTo(before.path("fingerprints"));
        assertThat(stored(id)).containsEntry("client_id", "our-client").containsEntry("client_secret", "s2");
        assertThat(rotated.json().path("fingerprints").path("client_secret"))
                .isNotEqualTo(before.path("fingerprints").path("client_secret"));
        assertThat(rotated.json().path("fingerprints").path("client_id"))
                .isEqualTo(before.path("fingerprints").path("client_id"));
        assertThat(admin.put("/partners/" + freshId(), noones("", "s1")).status())
                .isEqualTo(404);
    }

    @Test
    void forgetsTheSecretWhenTheClientSignsInstead() throws Exception {
        String id = freshId();
        admin.post("/partners", oauth2(id, "{\"client_id\":\"c\",\"client_secret\":\"s\"}", ""));
        String key = new ECKeyGenerator(Curve.P_256).generate().toJSONString();

        Answer withoutIssuer = admin.put(
                "/partners/" + id, oauth2("", "{\"private_key\":" + key + "}", ",\"client_auth\":\"private_key_jwt\""));
        Answer answer = admin.put("/partners/" + id, signing("", key));

        assertThat(withoutIssuer.pointer()).isEqualTo("/settings/endpoints/issuer");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(stored(id)).containsOnlyKeys("client_id", "private_key");
    }

    @Test
    @DisplayName("R99 refuses a private key that another registration has, in whatever form")
    void refusesASharedKey() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();
        String id = freshId();
        String pem =
                ClientKeyTest.pem(key.toPrivateKey()).reveal(Purpose.DIGEST).replace("\n", "\\n");

        Answer first = admin.post("/partners", signing(id, key.toJSONString()));
        Answer second = admin.post("/partners", signing(freshId(), "\"" + pem + "\""));
        Answer again = admin.put("/partners/" + id, signing("", "\"" + pem + "\""));

        assertThat(first.status()).as(first.text()).isEqualTo(201);
        assertThat(second.status()).as(second.text()).isEqualTo(409);
        assertThat(second.code()).isEqualTo("already_exists");
        assertThat(again.status()).as("a registration may keep its own key").isEqualTo(200);
    }

    @Test
    @DisplayName("R99 holds when two registrations race with one key")
    void refusesASharedKeyInARace() throws Exception {
        String key = new ECKeyGenerator(Curve.P_256).generate().toJSONString();
        List<String> ids = IntStream.range(0, 6).mapToObj(i -> freshId()).toList();

        List<Answer> answers = atOnce(ids.stream()
                .<Callable<Answer>>map(id -> () -> admin.post("/partners", signing(id, key)))
                .toList());

        assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.status() == 409)).hasSize(5);
        assertThat(ids.stream().filter(id -> vault.read(VaultPath.partner(id)).isPresent()))
                .as("a refused registration leaves no credentials")
                .hasSize(1);
    }

    @Test
    void letsOneOfManyTakeAnId() throws Exception {
        String id = freshId();

        List<Answer> answers = atOnce(IntStream.range(0, 6)
                .<Callable<Answer>>mapToObj(i -> () -> admin.post("/partners", noones(id, "s" + i)))
                .toList());

        assertThat(answers.stream().map(Answer::status)).containsOnlyOnce(201).containsOnly(201, 409);
        String mark = answers.stream()
                .filter(answer -> answer.status() == 201)
                .findFirst()
                .orElseThrow()
                .json()
                .path("fingerprints")
                .toString();
        assertThat(admin.get("/partners/" + id).json().path("fingerprints")).hasToString(mark);
        admin.put("/partners/" + id, "{\"catalog\":\"noones-oauth2-delegated\"}");
        assertThat(admin.get("/partners/" + id).json().path("fingerprints"))
                .as("the vault holds the winner's credentials")
                .hasToString(mark);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"tenantId\":\"t\"",
                "\"tenant_id\":\"t\"",
                "\"version\":7",
                "\"misconfigured\":true",
                "\"created_by\":\"eve\"",
                "\"fingerprints\":{}",
                "\"secretPath\":\"partners/other\"",
                "\"redirect_uri\":\"https://evil.example\""
            })
    @DisplayName("R165 refuses members that are not for callers")
    void refusesMassAssignment(String member) {
        String id = freshId();

        Answer created = admin.post("/partners", noones(id, "s1").replaceFirst("\\{", "{" + member + ","));

        assertThat(created.status()).as(created.text()).isEqualTo(400);
        assertThat(created.code()).isEqualTo("invalid_request");
        assertThat(admin.get("/partners/" + id).status()).isEqualTo(404);
        admin.post("/partners", noones(id, "s1"));
        String before = admin.get("/partners/" + id).text();
        assertThat(admin.put("/partners/" + id, noones("", "s1").replaceFirst("\\{", "{" + member + ","))
                        .status())
                .isEqualTo(400);
        assertThat(admin.get("/partners/" + id).text()).isEqualTo(before);
    }

    @Test
    @DisplayName("R75 keeps the addresses of a built-in row")
    void keepsBuiltInAddresses() {
        String id = freshId();

        Answer answer = admin.post(
                "/partners",
                noones(id, CANARY)
                        .replaceFirst(
                                "\\{",
                                "{\"settings\":{\"endpoints\":{\"token_endpoint\":\"https://evil.example/\"}},"));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.code()).isEqualTo("url_not_allowed");
        assertThat(answer.pointer()).isEqualTo("/settings/endpoints");
        assertThat(vault.read(VaultPath.partner(id))).isEmpty();
        assertThat(admin.get("/partners/" + id).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://partner.example/token",
                "https://10.0.0.1/token",
                "https://169.254.169.254/latest/meta-data",
                "https://[::ffff:10.0.0.1]/",
                "https://0x0a000001/",
                "https://user@partner.example/",
                "https://partner.example:5432/",
                "https://intranet/token",
                "file:///etc/passwd",
                "javascript:alert(1)"
            })
    @DisplayName("R129 refuses addresses that the broker must not call, when they are saved")
    void refusesForbiddenAddresses(String url) {
        String id = freshId();
        String good = "https://partner.example/authorize";
        for (String name : List.of("authorization_endpoint", "token_endpoint", "issuer")) {
            String settings = "{\"endpoints\":{\"authorization_endpoint\":\"%1$s\",\"token_endpoint\":\"%1$s\"}}"
                    .formatted(good)
                    .replaceFirst("\\{\"authorization", "{\"issuer\":\"" + good + "\",\"authorization")
                    .replace("\"" + name + "\":\"" + good + "\"", "\"" + name + "\":\"" + url + "\"");
            Answer answer = admin.post(
                    "/partners",
                    "{\"id\":\"" + id + "\",\"catalog\":\"oauth2\",\"credentials\":{\"client_id\":\"c\","
                            + "\"client_secret\":\"s\"},\"settings\":" + settings + "}");

            assertThat(answer.status()).as(name + " " + answer.text()).isIn(400, 422);
            assertThat(answer.pointer()).startsWith("/settings/endpoints");
            assertThat(answer.text()).doesNotContain(url);
        }
        assertThat(admin.get("/partners/" + id).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"client_id":"c"}                                            | /credentials/client_secret
            {"client_secret":"CANARY"}                                   | /credentials/client_id
            {"client_id":7,"client_secret":"CANARY"}                     | /credentials/client_id
            {"client_id":"c","client_secret":["CANARY"]}                 | /credentials/client_secret
            {"client_id":"c","client_secret":""}                         | /credentials/client_secret
            {"client_id":"c","client_secret":null}                       | /credentials/client_secret
            {"client_id":"c","client_secret":"CANARY\\n"}                | /credentials/client_secret
            {"client_id":"c","client_secret":"CANARY\\u0000"}            | /credentials/client_secret
            {"client_id":"c","client_secret":"CANARY\\ud800"}            | /credentials/client_secret
            {"client_id":"c","client_secret":"LONG"}                     | /credentials/client_secret
            {"client_id":"c","client_secret":"s","api_key":"CANARY"}     | /credentials
            {"client_id":"c","client_secret":"s","private_key":"CANARY"} | /credentials/private_key
            {"client_id":"c","private_key":"CANARY"}                     | /credentials/private_key
            ["CANARY"]                                                   | /credentials
            "CANARY"                                                     | /credentials
            """)
    void refusesBadCredentialsWithoutAnEcho(String credentials, String pointer) {
        String id = freshId();
        String given = credentials.replace("CANARY", CANARY).replace("LONG", CANARY.repeat(1200));

        Answer answer = admin.post(
                "/partners",
                noones(id, "s")
                        .replaceFirst("\"credentials\":\\{.*?}", "\"credentials\":" + given.replace("\\", "\\\\")));

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.pointer()).isEqualTo(pointer);
        assertThat(answer.text()).doesNotContain(CANARY);
        assertThat(vault.read(VaultPath.partner(id))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CANARY", "{\"kty\":\"RSA\",\"n\":\"CANARY\"}", "-----BEGIN PRIVATE KEY-----\\nCANARY"})
    void refusesABadKeyWithoutAnEcho(String key) {
        String given = key.replace("CANARY", CANARY);

        Answer answer =
                admin.post("/partners", signing(freshId(), given.startsWith("{") ? given : "\"" + given + "\""));

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.pointer()).isEqualTo("/credentials/private_key");
        assertThat(answer.text()).doesNotContain(CANARY);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"catalog":"noones-oauth2-direct"}                         | /id
            {"id":"Upper","catalog":"noones-oauth2-direct"}            | /id
            {"id":"a/../b","catalog":"noones-oauth2-direct"}           | /id
            {"id":"fine-id"}                                           | /catalog
            {"id":"fine-id","catalog":"no-such-row"}                   | /catalog
            {"id":"fine-id","catalog":"oidc","name":""}                | /name
            {"id":"fine-id","catalog":"oidc","name":"a\\nb"}           | /name
            {"id":"fine-id","catalog":"oidc","settings":[]}            | /settings
            {"id":"fine-id","catalog":"oidc","settings":{"x":"\\u0000"}} | /settings
            """)
    void refusesBadMembers(String body, String pointer) {
        Answer answer = admin.post("/partners", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.pointer()).isEqualTo(pointer);
        assertThat(admin.get("/partners/fine-id").status()).isEqualTo(404);
    }

    @Test
    void staysWithItsCatalogRow() {
        String id = freshId();
        admin.post("/partners", noones(id, "s1"));

        Answer answer = admin.put("/partners/" + id, noones("", "s1").replace("delegated", "direct"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.pointer()).isEqualTo("/catalog");
    }

    @Test
    void isRemovedOnlyWithoutLiveConnections() {
        String id = freshId();
        admin.post("/partners", noones(id, "s1"));
        tables.addConnection(id, "revoked");
        UUID live = tables.addConnection(id, "active");

        Answer refused = admin.delete("/partners/" + id);
        tables.setStatus(live, "expired");
        Answer removed = admin.delete("/partners/" + id);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("in_use");
        assertThat(removed.status()).as(removed.text()).isEqualTo(204);
        assertThat(admin.get("/partners/" + id).status()).isEqualTo(404);
        assertThat(admin.delete("/partners/" + id).status()).isEqualTo(404);
        assertThat(vault.read(VaultPath.partner(id))).isEmpty();
        assertThat(tables.audit(id)).containsExactly("partner_created admin success", "partner_deleted admin success");
    }

    @Test
    void waitsForRevocationsThatAreOwed() {
        String id = freshId();
        admin.post("/partners", noones(id, "s1"));
        tables.addRevocation(id, tables.addConnection(id, "revoked"));

        assertThat(admin.delete("/partners/" + id).code()).isEqualTo("in_use");
    }

    @Test
    void changesNothingThatCannotBeAudited() {
        String id = freshId();
        String other = freshId();
        admin.post("/partners", noones(other, "s1"));
        String before = admin.get("/partners/" + other).text();

        tables.blockAudit();
        Answer created;
        Answer changed;
        Answer removed;
        try {
            created = admin.post("/partners", noones(id, "s1"));
            changed = admin.put("/partners/" + other, noones("", "s2"));
            removed = admin.delete("/partners/" + other);
        } finally {
            tables.unblockAudit();
        }

        assertThat(List.of(created.status(), changed.status(), removed.status()))
                .allMatch(status -> status >= 500);
        assertThat(vault.read(VaultPath.partner(id))).isEmpty();
        assertThat(stored(other)).containsEntry("client_secret", "s1");
        assertThat(admin.get("/partners/" + other).text()).isEqualTo(before);
    }

    @Test
    void isForAdminsOnly() {
        String id = freshId();
        admin.post("/partners", noones(id, "s1"));
        for (AdminApi caller : List.of(new AdminApi("approver"), new AdminApi(""))) {
            List<Answer> answers = List.of(
                    caller.post("/partners", noones(freshId(), "s1")),
                    caller.get("/partners"),
                    caller.get("/partners/" + id),
                    caller.put("/partners/" + id, noones("", "s2")),
                    caller.delete("/partners/" + id));
            assertThat(answers.stream().map(Answer::status))
                    .containsAnyOf(401, 403)
                    .containsOnly(answers.getFirst().status());
        }
        assertThat(stored(id)).containsEntry("client_secret", "s1");
    }

    @Test
    void listsNewestFirstInPages() {
        List<String> ids = IntStream.range(0, 103).mapToObj(i -> freshId()).toList();
        ids.forEach(id -> tables.addPartner(id));

        JsonNode first = admin.get("/partners").json();
        JsonNode second =
                admin.get("/partners?after=" + first.path("next").asText()).json();

        List<String> firstIds = first.path("items").findValuesAsText("id");
        List<String> secondIds = second.path("items").findValuesAsText("id");
        assertThat(firstIds).hasSize(100).isEqualTo(ids.reversed().subList(0, 100));
        assertThat(secondIds).startsWith(ids.get(2), ids.get(1), ids.get(0)).doesNotContainAnyElementsOf(firstIds);
        assertThat(admin.get("/partners?after=%00").status()).isEqualTo(400);
        ids.forEach(tables::removePartner);
    }

    private Map<String, String> stored(String id) {
        Optional<StoredRecord> stored = vault.read(VaultPath.partner(id));
        Map<String, Secret> fields = stored.orElseThrow().fields().values();
        return fields.entrySet().stream()
                .collect(java.util.stream.Collectors.toMap(
                        Map.Entry::getKey, e -> e.getValue().reveal(Purpose.DIGEST)));
    }

    private static List<Answer> atOnce(List<Callable<Answer>> calls) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> running = threads.invokeAll(calls);
            return running.stream().map(Future::resultNow).toList();
        }
    }

    private static String freshId() {
        return "p-" + UUID.randomUUID();
    }

    /** A body for a built-in row; without an id, that of a change. */
    private static String noones(String id, String clientSecret) {
        String start = id.isEmpty() ? "{" : "{\"id\":\"" + id + "\",";
        return start + "\"catalog\":\"noones-oauth2-delegated\",\"credentials\":{\"client_id\":\"our-client\","
                + "\"client_secret\":\"" + clientSecret + "\"}}";
    }

    /** A registration that signs needs the issuer, which is the audience of its assertions. */
    private static String signing(String id, String key) {
        return oauth2(id, "{\"client_id\":\"c\",\"private_key\":" + key + "}", ",\"client_auth\":\"private_key_jwt\"")
                .replace("\"endpoints\":{", "\"endpoints\":{\"issuer\":\"" + ISSUER.issuer() + "\",");
    }

    private static String oauth2(String id, String credentials, String settings) {
        String start = id.isEmpty() ? "{" : "{\"id\":\"" + id + "\",";
        return start + "\"catalog\":\"oauth2\",\"credentials\":" + credentials
                + ",\"settings\":{\"endpoints\":{\"authorization_endpoint\":\"https://partner.example/authorize\","
                + "\"token_endpoint\":\"https://partner.example/token\"}" + settings + "}}";
    }
}
