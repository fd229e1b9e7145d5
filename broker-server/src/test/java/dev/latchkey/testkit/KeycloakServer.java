package dev.latchkey.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A real Keycloak in the part of a partner: realm {@code partner}, confidential clients that must use PKCE, real login
 * and consent pages, access tokens of 60 s, and {@code Revoke Refresh Token} on (strict rotation).
 *
 * <p>The distribution is unpacked by Maven (phase {@code pre-integration-test}) into {@code target/keycloak}. Its first
 * start builds the server (some 40 s on two cores), so one server serves a whole test run: {@link #shared()}. It
 * listens on free ports of loopback and keeps its data in memory. Methods may be called from several threads.
 */
public final class KeycloakServer implements AutoCloseable {
    private static final String REALM = "partner";
    private static final Duration FIRST_START = Duration.ofMinutes(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static @Nullable KeycloakServer shared;

    private final ChildProcess process;
    private final URI base;
    private final String adminPassword;

    private KeycloakServer(ChildProcess process, URI base, String adminPassword) {
        this.process = process;
        this.base = base;
        this.adminPassword = adminPassword;
    }

    /** A client of ours at the partner. */
    public record Client(String clientId, String clientSecret) {}

    /** Somebody who has an account at the partner. */
    public record User(String name, String password) {}

    /** The one server of this test run; started by the first caller, stopped with the JVM. */
    public static synchronized KeycloakServer shared() {
        if (shared == null) {
            shared = start(home());
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close, "stop-keycloak"));
        }
        return shared;
    }

    private static Path home() {
        var home = Path.of(System.getProperty("keycloak.home", "target/keycloak/missing"));
        if (!Files.isExecutable(home.resolve("bin/kc.sh"))) {
            throw new IllegalStateException("no Keycloak in " + home + ": run `mvn pre-integration-test` once");
        }
        return home;
    }

    private static KeycloakServer start(Path home) {
        var port = ChildProcess.freePort();
        var management = ChildProcess.freePort();
        var password = UUID.randomUUID().toString();
        prepare(home);
        var process = ChildProcess.start(
                home,
                Map.of(
                        "KC_BOOTSTRAP_ADMIN_USERNAME", "admin",
                        "KC_BOOTSTRAP_ADMIN_PASSWORD", password,
                        "JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m"),
                home.resolve("latchkey-test.log"),
                command(home, port, management));
        try {
            process.awaitOk(URI.create("http://127.0.0.1:" + management + "/health/ready"), FIRST_START);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return new KeycloakServer(process, URI.create("http://127.0.0.1:" + port), password);
    }

    /** The options stay the same from run to run (ports are no build options), else the server builds itself again. */
    private static List<String> command(Path home, int port, int management) {
        return List.of(
                home.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--db=dev-mem",
                "--cache=local",
                "--health-enabled=true",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--http-management-port=" + management,
                "--import-realm");
    }

    private static void prepare(Path home) {
        var imports = home.resolve("data/import");
        try (var realm = KeycloakServer.class.getResourceAsStream("/keycloak/partner-realm.json")) {
            deleteTree(home.resolve("data"));
            Files.createDirectories(imports);
            Files.write(imports.resolve("partner-realm.json"), realm.readAllBytes());
            Files.deleteIfExists(home.resolve("latchkey-test.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (Files.exists(root)) {
            try (var paths = Files.walk(root)) {
                paths.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
    }

    /** The issuer identifier, whose metadata is at {@code /.well-known/openid-configuration} below it. */
    public URI issuer() {
        return base.resolve("/realms/" + REALM);
    }

    /** Registers a confidential client that asks its users for consent and may be sent to one redirect URI only. */
    public Client createClient(URI redirectUri) {
        var client =
                new Client("latchkey-" + UUID.randomUUID(), UUID.randomUUID().toString());
        admin(
                "/clients",
                Map.of(
                        "clientId",
                        client.clientId(),
                        "secret",
                        client.clientSecret(),
                        "publicClient",
                        false,
                        "standardFlowEnabled",
                        true,
                        "directAccessGrantsEnabled",
                        false,
                        "consentRequired",
                        true,
                        "redirectUris",
                        List.of(redirectUri.toString()),
                        "attributes",
                        Map.of("pkce.code.challenge.method", "S256")));
        return client;
    }

    /** Makes a new user with a password, ready to log in. */
    public User createUser() {
        var user = new User("user-" + UUID.randomUUID(), UUID.randomUUID().toString());
        admin(
                "/users",
                Map.of(
                        "username",
                        user.name(),
                        "enabled",
                        true,
                        "emailVerified",
                        true,
                        "email",
                        user.name() + "@partner.test",
                        "firstName",
                        "Ada",
                        "lastName",
                        "Partner",
                        "credentials",
                        List.of(Map.of("type", "password", "value", user.password(), "temporary", false))));
        return user;
    }

    /**
     * Logs a user in at the real login page, agrees on the consent page where one comes, and comes back.
     *
     * @param authorizationUrl where the flow starts: our connect URL or the partner's authorization endpoint
     * @param callback the redirect URI; it is not opened
     * @return the address that the partner sends the browser to, with {@code code} and {@code state}
     */
    public URI login(ConsentBrowser browser, URI authorizationUrl, User user, URI callback) {
        var steps = new LoginSteps(browser, callback);
        steps.open(authorizationUrl);
        steps.submitWhere("#kc-form-login", Map.of("username", user.name(), "password", user.password()));
        steps.submitWhere("form [name=accept]", Map.of("accept", "Yes"));
        return steps.arrival();
    }

    private void admin(String path, Map<String, ?> body) {
        try (var http = new TestHttp()) {
            var login = http.form(
                    base.resolve("/realms/master/protocol/openid-connect/token"),
                    Map.of(
                            "grant_type", "password",
                            "client_id", "admin-cli",
                            "username", "admin",
                            "password", adminPassword));
            var answer = http.json(
                    base.resolve("/admin/realms/" + REALM + path),
                    "Bearer " + read(login.body()).path("access_token").asText(),
                    JSON.writeValueAsString(body));
            if (answer.statusCode() != 201) {
                throw new IllegalStateException("Keycloak answers " + answer.statusCode() + " to " + path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(String json) throws IOException {
        return JSON.readTree(json);
    }

    /** Stops the server and everything that it started. */
    @Override
    public void close() {
        process.close();
    }
}
