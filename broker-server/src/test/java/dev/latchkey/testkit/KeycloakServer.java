package dev.latchkey.testkit;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

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
 * <p>It is our own identity provider as well, in the realm that companies import ({@link LatchkeyRealm}), with the jar of
 * {@code keycloak-extensions} in it; the extensions look for the broker at {@link #latchkeyPort()}.
 *
 * <p>The distribution is unpacked by Maven (phase {@code pre-integration-test}) into {@code target/keycloak}. Its first
 * start builds the server (some 40 s on two cores), so one server serves a whole test run: {@link #shared()}. It
 * listens on free ports of loopback and keeps its data in memory. Methods may be called from several threads.
 */
public final class KeycloakServer implements AutoCloseable {
    private static final String REALM = "partner";
    private static final Duration FIRST_START = Duration.ofMinutes(5);
    private static final Duration ACCESS_TOKEN_LIFE = Duration.ofSeconds(60);

    private static @Nullable KeycloakServer shared;

    private final ChildProcess process;
    private final URI base;
    private final KeycloakAdmin admin;
    private final LatchkeyRealm ours;
    private final int latchkeyPort;

    private KeycloakServer(ChildProcess process, URI base, String adminPassword, int latchkeyPort) {
        this.process = process;
        this.base = base;
        this.admin = new KeycloakAdmin(base, REALM, adminPassword);
        this.ours = new LatchkeyRealm(base, adminPassword);
        this.latchkeyPort = latchkeyPort;
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
        var latchkey = ChildProcess.freePort();
        var password = UUID.randomUUID().toString();
        prepare(home);
        var process = ChildProcess.start(
                home,
                Map.of(
                        "KC_BOOTSTRAP_ADMIN_USERNAME", "admin",
                        "KC_BOOTSTRAP_ADMIN_PASSWORD", password,
                        "JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m"),
                home.resolve("latchkey-test.log"),
                command(home, port, management, latchkey));
        try {
            process.awaitOk(URI.create("http://127.0.0.1:" + management + "/health/ready"), FIRST_START);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return new KeycloakServer(process, URI.create("http://127.0.0.1:" + port), password, latchkey);
    }

    /** The options stay the same from run to run (ports are no build options), else the server builds itself again. */
    private static List<String> command(Path home, int port, int management, int latchkey) {
        return List.of(
                home.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--db=dev-mem",
                "--cache=local",
                "--health-enabled=true",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--http-management-port=" + management,
                "--spi-oauth2-token-exchange--latchkey--url=http://127.0.0.1:" + latchkey,
                "--spi-protocol-mapper--latchkey-connections-mapper--url=http://127.0.0.1:" + latchkey,
                "--import-realm");
    }

    private static void prepare(Path home) {
        var imports = home.resolve("data/import");
        try (var realm = KeycloakServer.class.getResourceAsStream("/keycloak/partner-realm.json")) {
            deleteTree(home.resolve("data"));
            Files.createDirectories(imports);
            Files.write(imports.resolve("partner-realm.json"), realm.readAllBytes());
            Files.copy(LatchkeyRealm.folder().resolve("latchkey-realm.json"), imports.resolve("latchkey-realm.json"));
            Files.copy(extensions(), home.resolve("providers/keycloak-extensions.jar"), REPLACE_EXISTING);
            Files.deleteIfExists(home.resolve("latchkey-test.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path extensions() {
        var jar = Path.of(
                System.getProperty("keycloak.extensions", "../keycloak-extensions/target/keycloak-extensions.jar"));
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("no " + jar + ": run `mvn package` in keycloak-extensions first");
        }
        return jar;
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

    /** The realm of our own people and apps. */
    public LatchkeyRealm ours() {
        return ours;
    }

    /** Where the extensions look for the broker; a test listens there, with {@link Gate}. */
    public int latchkeyPort() {
        return latchkeyPort;
    }

    /** Registers a confidential client that asks its users for consent and may be sent to one redirect URI only. */
    public Client createClient(URI redirectUri) {
        return createClient(redirectUri, ACCESS_TOKEN_LIFE);
    }

    /** The same with access tokens of another life, in whole seconds. */
    public Client createClient(URI redirectUri, Duration accessTokenLife) {
        var client =
                new Client("latchkey-" + UUID.randomUUID(), UUID.randomUUID().toString());
        admin.createCodeClient(client, redirectUri, accessTokenLife);
        return client;
    }

    /** Registers a client that gets tokens for itself (client credentials), with this audience in all its tokens. */
    public Client createServiceClient(String clientId, String audience) {
        var client = new Client(clientId, UUID.randomUUID().toString());
        admin.createServiceClient(client, audience);
        return client;
    }

    /** Makes a new user with a password, ready to log in. */
    public User createUser() {
        var user = new User("user-" + UUID.randomUUID(), UUID.randomUUID().toString());
        admin.createUser(user);
        return user;
    }

    /** How many users' sessions a client has: one for each grant that lives. */
    public int sessions(Client client) {
        return admin.sessions(client.clientId());
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

    /** Stops the server and everything that it started. */
    @Override
    public void close() {
        process.close();
    }
}
