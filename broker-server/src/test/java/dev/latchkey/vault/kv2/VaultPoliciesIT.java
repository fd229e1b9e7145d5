package dev.latchkey.vault.kv2;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.testkit.OpenBaoServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** R38: what each policy of {@code vault-policies/} allows, and what it refuses, by trying on a real OpenBao. */
@Timeout(180)
class VaultPoliciesIT {

    private static final String RECORD = "connections/2d6ce5a3-0a5a-4a6e-8b55-2f6e4a1f0a11";
    private static final String ROLE = "auth/approle/role/latchkey-broker";
    private static final String SECRET_ID = ROLE + "/secret-id";
    private static final String SNAPSHOT = "sys/storage/raft/snapshot";
    private static final String DATA = "{\"data\":{\"a\":\"b\"},\"options\":{\"cas\":%d}}";

    /** What nobody of ours may do; whoever may do one of them says so in its own list. */
    private static final List<String> REFUSED = List.of(
            "GET sys/mounts",
            "GET sys/auth",
            "GET sys/audit",
            "LIST sys/policies/acl",
            "GET sys/policies/acl/default",
            "GET sys/policies/acl/latchkey-broker-runtime",
            "PUT sys/policies/acl/latchkey-broker-runtime {\"policy\":\"path \\\"*\\\" { capabilities = [\\\"sudo\\\"] }\"}",
            "PUT sys/policies/acl/more {\"policy\":\"\"}",
            "DELETE sys/policies/acl/latchkey-ci",
            "POST sys/mounts/evil {\"type\":\"kv\"}",
            "POST sys/mounts/latchkey/tune {\"max_lease_ttl\":\"1s\"}",
            "DELETE sys/mounts/latchkey",
            "POST sys/remount {\"from\":\"latchkey\",\"to\":\"mine\"}",
            "POST sys/auth/evil {\"type\":\"userpass\"}",
            "DELETE sys/auth/approle",
            "PUT sys/audit/evil {\"type\":\"file\"}",
            "PUT sys/seal",
            "PUT sys/step-down",
            "PUT sys/rotate",
            "GET " + SNAPSHOT,
            "POST " + SNAPSHOT,
            "POST " + SNAPSHOT + "-force",
            "GET sys/policies/acl/latchkey-backup",
            "GET sys/storage/raft/configuration",
            "GET sys/raw/core/mounts",
            "LIST sys/leases/lookup/auth/approle/login",
            "POST sys/leases/revoke-prefix/auth/approle/login",
            "POST sys/leases/revoke-prefix/auth/approle",
            "POST sys/leases/revoke-prefix/auth/jwt/login",
            "POST sys/leases/revoke-prefix/auth/token/create",
            "POST sys/leases/revoke-prefix/auth",
            "POST sys/leases/revoke-force/auth/approle/login",
            "POST sys/leases/revoke {\"lease_id\":\"x\"}",
            "POST sys/capabilities-self {\"paths\":[\"latchkey/config\"]}",
            "POST sys/wrapping/wrap {\"a\":\"b\"}",
            "POST auth/token/create {\"policies\":[\"latchkey-broker-runtime\"]}",
            "POST auth/token/create-orphan {\"policies\":[\"root\"]}",
            "LIST auth/token/accessors",
            "POST auth/token/lookup {\"token\":\"x\"}",
            "POST auth/token/revoke {\"token\":\"x\"}",
            "POST auth/token/revoke-accessor {\"accessor\":\"x\"}",
            "GET auth/token/lookup-self",
            "LIST identity/entity/id",
            "POST identity/entity {\"name\":\"me\",\"policies\":[\"root\"]}",
            "POST identity/group {\"name\":\"us\",\"policies\":[\"root\"]}",
            "LIST auth/approle/role",
            "GET " + ROLE,
            "POST " + ROLE + " {\"token_policies\":[\"root\"]}",
            "DELETE " + ROLE,
            "GET " + ROLE + "/role-id",
            "POST " + ROLE + "/role-id {\"role_id\":\"mine\"}",
            "POST " + SECRET_ID + " {\"metadata\":\"{}\"}",
            "LIST " + SECRET_ID,
            "POST " + ROLE + "/custom-secret-id {\"secret_id\":\"mine\"}",
            "POST " + SECRET_ID + "-accessor/lookup {\"secret_id_accessor\":\"x\"}",
            "POST " + SECRET_ID + "-accessor/destroy {\"secret_id_accessor\":\"x\"}",
            "GET latchkey/config",
            "POST latchkey/config {\"max_versions\":100}",
            "LIST latchkey/metadata",
            "LIST latchkey/metadata/connections",
            "GET latchkey/metadata/" + RECORD,
            "POST latchkey/metadata/" + RECORD + " {\"max_versions\":100}",
            "DELETE latchkey/metadata/" + RECORD,
            "GET latchkey/data/" + RECORD,
            "POST latchkey/data/" + RECORD + " " + DATA.formatted(1),
            "DELETE latchkey/data/" + RECORD,
            "POST latchkey/delete/" + RECORD + " {\"versions\":[1]}",
            "POST latchkey/undelete/" + RECORD + " {\"versions\":[1]}",
            "PUT latchkey/destroy/" + RECORD + " {\"versions\":[1]}",
            "GET latchkey/data/top",
            "POST latchkey/data/one/two/three " + DATA.formatted(0),
            "GET other/data/app",
            "POST other/data/app/key " + DATA.formatted(0),
            "DELETE other/metadata/app",
            "GET latchkey-keycloak/config",
            "LIST latchkey-keycloak/metadata/keycloak",
            "GET latchkey-keycloak/metadata/keycloak/partner_idp",
            "GET latchkey-keycloak/data/keycloak/partner_idp",
            "GET latchkey-keycloak/data/keycloak/one/two",
            "GET latchkey-keycloak/data/other",
            "POST latchkey-keycloak/data/keycloak/partner_idp {\"data\":{\"value\":\"mine\"}}",
            "DELETE latchkey-keycloak/data/keycloak/partner_idp",
            "POST auth/approle/role/latchkey-keycloak/secret-id {\"metadata\":\"{}\"}",
            "GET cubbyhole/mine");

    private static OpenBaoServer server;

    /** Each file, and what it allows: of the list above, or beside it. Order matters: a record is made before read. */
    enum Holder {
        BROKER_RUNTIME(
                "broker-runtime",
                "POST latchkey/data/" + RECORD + " " + DATA.formatted(1),
                "GET latchkey/data/" + RECORD,
                "POST latchkey/data/handshakes/new " + DATA.formatted(0),
                "POST auth/token/renew-self",
                "DELETE latchkey/metadata/" + RECORD),
        BROKER_ROTATION(
                "broker-rotation",
                "WRAP POST " + SECRET_ID + " {\"metadata\":\"{}\"}",
                "GET " + ROLE + "/role-id",
                "LIST " + SECRET_ID,
                "POST " + SECRET_ID + "-accessor/lookup {\"secret_id_accessor\":\"x\"}",
                "POST " + SECRET_ID + "-accessor/destroy {\"secret_id_accessor\":\"x\"}",
                "POST auth/token/renew-self"),
        OPERATOR(
                "operator",
                "LIST latchkey/metadata",
                "LIST latchkey/metadata/connections",
                "GET latchkey/metadata/" + RECORD,
                "GET latchkey/config",
                "POST latchkey/undelete/" + RECORD + " {\"versions\":[1]}",
                "GET sys/policies/acl/latchkey-broker-runtime",
                "LIST " + SECRET_ID,
                "POST " + SECRET_ID + "-accessor/lookup {\"secret_id_accessor\":\"x\"}",
                "POST " + SECRET_ID + "-accessor/destroy {\"secret_id_accessor\":\"x\"}",
                "POST sys/leases/revoke-prefix/auth/approle/login"),
        CI(
                "ci",
                "GET sys/policies/acl/latchkey-broker-runtime",
                "GET sys/policies/acl/latchkey-broker-rotation",
                "GET sys/policies/acl/latchkey-operator",
                "GET sys/policies/acl/latchkey-ci",
                "GET sys/policies/acl/latchkey-keycloak",
                "GET sys/policies/acl/latchkey-backup",
                "GET latchkey/config",
                "GET " + ROLE),
        BACKUP("backup", "GET " + SNAPSHOT),
        KEYCLOAK("keycloak", "GET latchkey-keycloak/data/keycloak/partner_idp", "POST auth/token/renew-self");

        private final String file;
        private final List<String> allowed;

        Holder(String file, String... allowed) {
            this.file = file;
            this.allowed = List.of(allowed);
        }
    }

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() {
        server = OpenBaoServer.start(folder, "");
        server.setUp(Map.of());
        server.root("POST", "sys/mounts/other", Map.of("type", "kv", "options", Map.of("version", "2")));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("R38 a policy allows what its holder needs, and each of at least 25 other things is refused")
    void allowsAndRefuses(Holder holder) {
        server.root("DELETE", "latchkey/metadata/" + RECORD, Map.of());
        server.root("POST", "latchkey/data/" + RECORD, Map.of("data", Map.of("a", "b"), "options", Map.of("cas", 0)));
        String token = server.token("latchkey-" + holder.file);
        List<String> refused = new ArrayList<>(REFUSED);
        refused.removeAll(holder.allowed);
        SoftAssertions soft = new SoftAssertions();
        for (String operation : refused) {
            soft.assertThat(status(token, operation))
                    .as("refused: %s", operation)
                    .isEqualTo(403);
        }
        for (String operation : holder.allowed) {
            soft.assertThat(status(token, operation))
                    .as("allowed: %s", operation)
                    .isIn(200, 204, 400, 404, 500);
        }
        soft.assertAll();
        assertThat(refused).hasSizeGreaterThanOrEqualTo(25);
    }

    @Test
    @DisplayName("R38 a broker that logs in as it does in production has its policy and no other, not even default")
    void givesTheBrokerNothingElse() {
        String wrapped = server.wrappedSecretId();
        String secretId = server.call("POST", "sys/wrapping/unwrap", wrapped, Map.of())
                .body()
                .path("data")
                .path("secret_id")
                .asText();
        var auth = server.call(
                        "POST", "auth/approle/login", "", Map.of("role_id", server.roleId(), "secret_id", secretId))
                .body()
                .path("auth");

        assertThat(auth.path("policies")).hasSize(1);
        assertThat(auth.path("policies").path(0).asText()).isEqualTo("latchkey-broker-runtime");
    }

    @Test
    @DisplayName("what is set up can be set up again, and says so in the same words")
    void canBeRepeated() {
        assertThat(server.setUp(Map.of())).isEqualTo(server.setUp(Map.of())).contains("policy latchkey-operator");
    }

    /** {@code METHOD path body}; before it {@code WRAP} for an answer that is to be wrapped. */
    private static int status(String token, String operation) {
        boolean wrapped = operation.startsWith("WRAP ");
        String[] words = (wrapped ? operation.substring(5) : operation).split(" ", 3);
        Map<String, String> headers = new HashMap<>();
        if (operation.equals("GET " + SNAPSHOT)) {
            return server.snapshotStatus(token);
        }
        if (wrapped) {
            headers.put("X-Vault-Wrap-TTL", "60s");
        }
        return server.call(words[0], words[1], token, words.length == 3 ? body(words[2]) : Map.of(), headers)
                .status();
    }

    private static Map<String, ?> body(String text) {
        try {
            return new ObjectMapper().readValue(text, new TypeReference<Map<String, Object>>() {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName("R38 every file of vault-policies is in this table")
    void knowsEveryFile() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("..", "vault-policies"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".hcl")))
                    .containsExactlyInAnyOrderElementsOf(Stream.of(Holder.values())
                            .map(holder -> holder.file + ".hcl")
                            .toList());
        }
    }
}
