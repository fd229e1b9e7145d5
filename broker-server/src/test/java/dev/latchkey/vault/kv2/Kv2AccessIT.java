package dev.latchkey.vault.kv2;

import static dev.latchkey.vault.kv2.Kv2VaultIT.assertUnavailable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.CredentialVaultContract;
import dev.latchkey.testkit.MachinePauses;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.testkit.PassingTime;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the broker comes to its token, keeps it, and what it does when it is taken away; on a real OpenBao. */
@Timeout(180)
class Kv2AccessIT {

    private static final String ROLE = "auth/approle/role/latchkey-broker";

    /** None of these is about a store that takes its time, which it does on a slow machine. */
    private static final String PATIENT = "20s";

    private static final Duration LONGER_THAN_A_TOKEN = Duration.ofSeconds(11);

    @TempDir
    static Path folder;

    private static OpenBaoServer server;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @BeforeAll
    static void start() {
        server = OpenBaoServer.start(folder, "");
        server.setUp(Map.of());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    @DisplayName("R36 a token of 3 s and at most 9 s: no caller sees an error, and there are few logins")
    void outlivesItsTokens() throws Exception {
        server.setUp(Map.of("LATCHKEY_TOKEN_TTL", "3s", "LATCHKEY_TOKEN_MAX_TTL", "9s"));
        try (MachinePauses pauses = new MachinePauses();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Kv2Vault vault = Kv2Fixture.vault(keys(), System::nanoTime, meters);
            VaultPath path = CredentialVaultContract.newPath();
            vault.write(path, CredentialVaultContract.fields("value"), 0);
            long begin = System.nanoTime();
            List<Future<Integer>> readers = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                readers.add(callers.submit(() -> {
                    int reads = 0;
                    while (lasted(begin).minus(pauses.total()).compareTo(LONGER_THAN_A_TOKEN) < 0) {
                        assertThat(vault.read(path)).isPresent();
                        reads++;
                        Thread.sleep(20);
                    }
                    return reads;
                }));
            }
            for (Future<Integer> reader : readers) {
                assertThat(reader.get()).isPositive();
            }
            assertThat(Kv2Fixture.logins(meters, "accepted"))
                    .as("a token that a pause outlives costs one more")
                    .isBetween(2, 3 + pauses.seconds());
        } finally {
            server.setUp(Map.of());
        }
        assertThat(Kv2Fixture.logins(meters, "refused")).isZero();
    }

    private static Duration lasted(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    @Test
    @DisplayName("R37 a revoked token costs one login, however many callers find out at the same time")
    void logsInOnceAfterRevocation() throws Exception {
        PassingTime time = new PassingTime();
        Kv2Vault vault = Kv2Fixture.vault(keys(), time, meters);
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("value"), 0);
        time.pass(Duration.ofSeconds(6));

        revokeTokens();
        AtOnce.run(50, () -> assertThat(vault.read(path)).isPresent());

        assertThat(Kv2Fixture.logins(meters, "accepted")).isEqualTo(2);
    }

    @Test
    @DisplayName("R37 without its role the broker says 503, tries one login in 5 s, alerts, and recovers by itself")
    void doesNotHammerWithoutRole() throws Exception {
        PassingTime time = new PassingTime();
        Kv2Vault vault = Kv2Fixture.vault(keys(), time, meters);
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("value"), 0);
        time.pass(Duration.ofSeconds(6));
        server.root("POST", ROLE, Map.of("secret_id_bound_cidrs", "192.0.2.1/32"));
        try (CapturedLog log = CapturedLog.of("dev.latchkey.vault")) {
            revokeTokens();
            for (int i = 0; i < 20; i++) {
                assertUnavailable(() -> vault.read(path));
            }
            assertThat(Kv2Fixture.logins(meters, "refused")).isEqualTo(1);
            time.pass(Duration.ofSeconds(6));
            for (int i = 0; i < 20; i++) {
                assertUnavailable(() -> vault.read(path));
            }
            assertThat(Kv2Fixture.logins(meters, "refused")).isEqualTo(2);
            assertThat(log.text()).contains("login at the secret store failed");
        } finally {
            server.root("POST", ROLE, Map.of("secret_id_bound_cidrs", ""));
        }

        time.pass(Duration.ofSeconds(6));
        assertThat(vault.read(path)).isPresent();
    }

    @Test
    @DisplayName("R39 a SecretID that somebody else has unwrapped stops the start, loudly")
    void refusesUsedWrapping() {
        Map<String, String> keys = keys();
        Path file = Path.of(keys.get("secret-id-file"));
        assertThat(server.call("POST", "sys/wrapping/unwrap", read(file), Map.of())
                        .status())
                .isEqualTo(200);

        refusesToStart(keys, "was used before");
    }

    @Test
    @DisplayName("R39 what was not wrapped for our role is not unwrapped")
    void refusesOtherCreationPath() {
        String other = server.call(
                        "POST",
                        "sys/wrapping/wrap",
                        server.rootToken(),
                        Map.of("secret_id", "one of somebody else"),
                        Map.of("X-Vault-Wrap-TTL", "300s"))
                .body()
                .path("wrap_info")
                .path("token")
                .asText();
        Map<String, String> keys = keys();
        keys.put("secret-id-file", Kv2Fixture.secretFile(folder, other).toString());

        refusesToStart(keys, "not made for our role");
        assertThat(server.call("POST", "sys/wrapping/unwrap", other, Map.of()).status())
                .isEqualTo(200);
    }

    private void refusesToStart(Map<String, String> keys, String reason) {
        try (CapturedLog log = CapturedLog.of("dev.latchkey.vault")) {
            AtomicInteger told = new AtomicInteger();
            Kv2Vault vault = Kv2Fixture.vault(keys, System::nanoTime, meters, told::incrementAndGet);
            assertThatThrownBy(vault::checkUsable)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("secret_id_intercepted")
                    .hasMessageContaining(reason);
            assertThatThrownBy(vault::checkUsable).isInstanceOf(IllegalStateException.class);
            assertThat(log.text()).contains("ERROR", "secret_id_intercepted");
            assertThat(told).hasValue(1);
        }
    }

    @Test
    @DisplayName("a SecretID file that others may read stops the start")
    void refusesOpenFile() throws Exception {
        Map<String, String> keys = keys();
        Files.setPosixFilePermissions(
                Path.of(keys.get("secret-id-file")), PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(Kv2Fixture.vault(keys)::checkUsable).hasMessageContaining("0600");
    }

    @Test
    @DisplayName("a JWT logs in as well; the file is read anew for each login")
    void logsInByJwt() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();
        Path publicKey = Files.writeString(
                folder.resolve("jwt.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(key.toECPublicKey().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        server.setUp(Map.of(
                "LATCHKEY_JWT_PUBLIC_KEY_FILE",
                publicKey.toString(),
                "LATCHKEY_JWT_SUBJECT",
                "system:serviceaccount:latchkey:broker"));
        Path file = folder.resolve("broker.jwt");
        Files.writeString(file, jwt(key, "system:serviceaccount:other:app"));
        PassingTime time = new PassingTime();
        Kv2Vault vault = Kv2Fixture.vault(
                new HashMap<>(Map.of(
                        "address",
                        server.address().toString(),
                        "timeout",
                        PATIENT,
                        "login",
                        "jwt",
                        "jwt-file",
                        file.toString())),
                time,
                meters);
        assertUnavailable(vault::checkUsable);

        Files.writeString(file, jwt(key, "system:serviceaccount:latchkey:broker"));
        time.pass(Duration.ofSeconds(6));
        vault.checkUsable();

        assertThat(Kv2Fixture.logins(meters, "refused")).isEqualTo(1);
    }

    @Test
    @DisplayName("R38 a JWT mount that others have set up is used where it trusts the same, and never changed")
    void leavesForeignJwtMountAlone() {
        String present = "http://127.0.0.1:9/of-the-company";
        server.root("POST", "sys/auth/people", Map.of("type", "jwt"));
        server.root(
                "POST",
                "auth/people/config",
                Map.of("jwks_url", present, "default_role", "people", "skip_jwks_validation", true));

        assertThatThrownBy(() -> server.setUp(trusting("http://127.0.0.1:9/other", "people")))
                .hasMessageContaining("LATCHKEY_JWT_MOUNT");
        assertThat(server.setUp(trusting(present, "people"))).contains("JWT role latchkey-broker");

        JsonNode config =
                server.root("GET", "auth/people/config", Map.of()).body().path("data");
        assertThat(config.path("jwks_url").asText()).isEqualTo(present);
        assertThat(config.path("default_role").asText()).isEqualTo("people");
    }

    private static Map<String, String> trusting(String keys, String mount) {
        return Map.of(
                "LATCHKEY_JWT_JWKS_URL",
                keys,
                "LATCHKEY_JWT_MOUNT",
                mount,
                "LATCHKEY_JWT_SUBJECT",
                "system:serviceaccount:latchkey:broker");
    }

    private static String jwt(ECKey key, String subject) throws Exception {
        Instant now = Clock.systemUTC().instant();
        SignedJWT jwt = new SignedJWT(
                new JWSHeader(JWSAlgorithm.ES256),
                new JWTClaimsSet.Builder()
                        .subject(subject)
                        .audience("latchkey")
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(300)))
                        .build());
        jwt.sign(new ECDSASigner(key));
        return jwt.serialize();
    }

    @Test
    @DisplayName("R41 a mount that keeps more versions, or takes blind writes, stops the start")
    void refusesLaxMount() {
        try {
            server.root("POST", "latchkey/config", Map.of("max_versions", 10, "cas_required", true));
            assertThatThrownBy(Kv2Fixture.vault(keys())::checkUsable).hasMessageContaining("max_versions=2");
            server.root("POST", "latchkey/config", Map.of("max_versions", 2, "cas_required", false));
            assertThatThrownBy(Kv2Fixture.vault(keys())::checkUsable).hasMessageContaining("cas_required=true");
        } finally {
            server.setUp(Map.of());
        }
        Kv2Fixture.vault(keys()).checkUsable();
    }

    @Test
    @DisplayName("a mount that is not there cannot be used")
    void refusesMissingMount() {
        Map<String, String> keys = keys();
        keys.put("mount", "elsewhere");

        assertUnavailable(Kv2Fixture.vault(keys)::checkUsable);
    }

    @Test
    @DisplayName("R42 after a restore the version tells that the record is an older one")
    void showsOlderVersionAfterRestore() throws Exception {
        Kv2Vault vault = Kv2Fixture.vault(keys());
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("first"), 0);
        byte[] snapshot = server.snapshot();
        vault.write(path, CredentialVaultContract.fields("second"), 1);

        server.restore(snapshot);

        assertThat(vault.read(path).orElseThrow().version()).isEqualTo(1);
        assertThatThrownBy(() -> vault.write(path, CredentialVaultContract.fields("third"), 2))
                .isInstanceOf(VersionConflictException.class);
    }

    private static Map<String, String> keys() {
        Map<String, String> keys = Kv2Fixture.keys(server, server.address(), folder);
        keys.put("timeout", PATIENT);
        return keys;
    }

    private static void revokeTokens() {
        assertThat(server.root("POST", "sys/leases/revoke-prefix/auth/approle/login", Map.of())
                        .status())
                .isEqualTo(204);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
