package dev.latchkey.keycloak.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keycloak's reader on a real OpenBao, with the policy that this project ships. */
@Timeout(300)
class Kv2SecretsIT {

    private static final String VALUE = "smtp-secret-\u00e4\u20ac";
    private static final String ROLE = "auth/approle/role/keycloak";

    /** No read takes so long on a machine that does not stand still. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static DevOpenBao bao;
    private static Path secretIdFile;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws IOException {
        bao = DevOpenBao.start(folder);
        secretIdFile = setUp(bao);
        put(bao, "master_smtp", VALUE);
    }

    private static Path setUp(DevOpenBao server) throws IOException {
        String policy = Files.readString(Path.of("..", "vault-policies", "keycloak.hcl"));
        server.call("POST", "sys/mounts/latchkey-keycloak", Map.of("type", "kv", "options", Map.of("version", "2")));
        server.call("PUT", "sys/policies/acl/latchkey-keycloak", Map.of("policy", policy));
        server.call("POST", "sys/auth/approle", Map.of("type", "approle"));
        role(server, "1h");
        Path file = Files.createTempFile(folder, "secret-id", "");
        Files.writeString(
                file,
                server.call("POST", ROLE + "/secret-id", Map.of("metadata", "{}"))
                                .json()
                                .path("data")
                                .path("secret_id")
                                .asText()
                        + "\n");
        return file;
    }

    private static void role(DevOpenBao server, String life) {
        server.call(
                "POST", ROLE, Map.of("token_policies", "latchkey-keycloak", "token_ttl", life, "token_max_ttl", life));
    }

    private static void put(DevOpenBao server, String name, String value) {
        Kv2Answer answer =
                server.call("POST", "latchkey-keycloak/data/keycloak/" + name, Map.of("data", Map.of("value", value)));
        assertThat(answer.status()).isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        if (bao != null) {
            bao.close();
        }
    }

    @Test
    @DisplayName("reads a secret by name; what is not there is none, and neither is remembered")
    void reads() {
        Kv2Secrets secrets = secrets(bao, Clock.systemUTC(), Map.of());

        assertThat(text(secrets, "master_smtp")).contains(VALUE);
        assertThat(text(secrets, "master_new")).isEmpty();
        put(bao, "master_new", "first");
        assertThat(text(secrets, "master_new")).contains("first");
        put(bao, "master_new", "second");
        assertThat(text(secrets, "master_new")).contains("second");
        bao.call("DELETE", "latchkey-keycloak/data/keycloak/master_new", Map.of());
        assertThat(text(secrets, "master_new")).isEmpty();
    }

    @Test
    @DisplayName("R36 a token that has ended is replaced before it is missed, also beyond its greatest age")
    void outlivesItsToken() throws InterruptedException {
        role(bao, "4s");
        try {
            Kv2Secrets secrets = secrets(bao, Clock.systemUTC(), Map.of("timeout", "20000"));
            Instant end = Instant.now().plusSeconds(9);
            while (Instant.now().isBefore(end)) {
                assertThat(textAfterAPause(secrets, "master_smtp")).contains(VALUE);
                Thread.sleep(100);
            }
        } finally {
            role(bao, "1h");
        }
    }

    @Test
    @DisplayName("R36 a token that was revoked before its time is replaced at the next read")
    void replacesARevokedToken() {
        Shifted clock = new Shifted();
        Kv2Secrets secrets = secrets(bao, clock, Map.of());
        assertThat(text(secrets, "master_smtp")).contains(VALUE);
        bao.call("POST", "sys/leases/revoke-prefix/auth/approle/login", Map.of());
        clock.shift = Duration.ofSeconds(6);

        assertThat(text(secrets, "master_smtp")).contains(VALUE);
    }

    @Test
    @DisplayName("logs in by a JWT in a file")
    void logsInByJwt() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        bao.call("POST", "sys/auth/jwt", Map.of("type", "jwt"));
        bao.call("POST", "auth/jwt/config", Map.of("jwt_validation_pubkeys", pem));
        bao.call(
                "POST",
                "auth/jwt/role/keycloak",
                Map.of(
                        "role_type", "jwt",
                        "user_claim", "sub",
                        "bound_audiences", "vault",
                        "bound_subject", "keycloak",
                        "token_policies", "latchkey-keycloak"));
        Path file = Files.writeString(folder.resolve("jwt"), jwt(keys));

        Kv2Secrets secrets =
                secrets(bao, Clock.systemUTC(), Map.of("auth", "jwt", "role", "keycloak", "jwtFile", file.toString()));

        assertThat(text(secrets, "master_smtp")).contains(VALUE);
    }

    @Test
    @DisplayName("R38 what the policy does not allow is an error, not an absent secret")
    void isRefusedElsewhere() {
        Kv2Secrets secrets = secrets(bao, Clock.systemUTC(), Map.of("prefix", "other"));

        assertThatThrownBy(() -> secrets.read("master_smtp"))
                .isInstanceOf(Kv2UnavailableException.class)
                .hasMessageContaining("403");
    }

    @Test
    @DisplayName("R43 a record of another form is an error that tells nothing of it")
    void refusesAnotherForm() {
        bao.call("POST", "latchkey-keycloak/data/keycloak/master_other", Map.of("data", Map.of("password", VALUE)));

        assertThatThrownBy(() -> secrets(bao, Clock.systemUTC(), Map.of()).read("master_other"))
                .isInstanceOf(Kv2UnavailableException.class)
                .hasMessageNotContaining(VALUE);
    }

    @Test
    @DisplayName("R30 a server that is sealed or gone is an error, never an absent secret")
    void survivesAnOutage() throws IOException {
        try (DevOpenBao other = DevOpenBao.start(folder)) {
            Path file = setUp(other);
            put(other, "master_smtp", VALUE);
            Kv2Secrets secrets = secrets(other, Clock.systemUTC(), Map.of("secretIdFile", file.toString()));
            assertThat(text(secrets, "master_smtp")).contains(VALUE);

            other.call("PUT", "sys/seal", Map.of());

            assertThatThrownBy(() -> secrets.read("master_smtp"))
                    .isInstanceOf(Kv2UnavailableException.class)
                    .hasMessageContaining("503");
            other.close();
            assertThatThrownBy(() -> secrets.read("master_smtp")).isInstanceOf(Kv2UnavailableException.class);
        }
    }

    private static Kv2Secrets secrets(DevOpenBao server, Clock clock, Map<String, String> changes) {
        Map<String, String> options = new HashMap<>(Map.of(
                "address",
                server.address().toString(),
                "roleId",
                server.call("GET", ROLE + "/role-id", Map.of())
                        .json()
                        .path("data")
                        .path("role_id")
                        .asText(),
                "secretIdFile",
                secretIdFile == null ? "" : secretIdFile.toString()));
        options.putAll(changes);
        return new Kv2Secrets(Kv2Settings.of(options::get), clock);
    }

    private static Optional<String> text(Kv2Secrets secrets, String name) {
        Optional<ByteBuffer> found = secrets.read(name);
        return found.map(it -> StandardCharsets.UTF_8.decode(it).toString());
    }

    /** Once more where it fails and took so long that the machine stood still: a token may end on the way then. */
    private static Optional<String> textAfterAPause(Kv2Secrets secrets, String name) {
        for (int attempt = 1; ; attempt++) {
            long begin = System.nanoTime();
            try {
                return text(secrets, name);
            } catch (Kv2UnavailableException e) {
                if (attempt == 3 || System.nanoTime() - begin < PAUSE.toNanos()) {
                    throw e;
                }
            }
        }
    }

    private static String jwt(KeyPair keys) throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        String signed = encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "."
                + encode("{\"sub\":\"keycloak\",\"aud\":\"vault\",\"iat\":" + now + ",\"exp\":" + (now + 300) + "}");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    private static String encode(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    /** The system's clock, set forward. */
    private static final class Shifted extends Clock {

        private Duration shift = Duration.ZERO;

        @Override
        public Instant instant() {
            return Clock.systemUTC().instant().plus(shift);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
