package dev.latchkey.testkit;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
 * <p>It runs on {@link KeycloakBuild}, in a folder of its own, on free ports of loopback. It starts in some 20 s, so one
 * server serves all tests of a JVM: {@link #shared()}. Methods may be called from several threads.
 */
public final class KeycloakServer implements AutoCloseable {
    private static final String REALM = "partner";
    private static final Duration START = Duration.ofMinutes(5);
    private static final Duration ACCESS_TOKEN_LIFE = Duration.ofSeconds(60);

    private static @Nullable KeycloakServer shared;

    private final TemporaryFolder folder;
    private final ChildProcess process;
    private final URI base;
    private final KeycloakAdmin admin;
    private final LatchkeyRealm ours;
    private final int latchkeyPort;

    private KeycloakServer(
            TemporaryFolder folder, ChildProcess process, URI base, String adminPassword, int latchkeyPort) {
        this.folder = folder;
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

    /** The one server of this JVM; started by the first caller, stopped with the JVM. */
    public static synchronized KeycloakServer shared() {
        if (shared == null) {
            shared = start();
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close, "stop-keycloak"));
        }
        return shared;
    }

    private static KeycloakServer start() {
        var port = ChildProcess.freePort();
        var management = ChildProcess.freePort();
        var latchkey = ChildProcess.freePort();
        var password = UUID.randomUUID().toString();
        var folder = new TemporaryFolder("latchkey-keycloak");
        var home = folder.path().resolve("home");
        var program = KeycloakBuild.forTests().serverIn(home, realms());
        var process = ChildProcess.start(
                home,
                Map.of(
                        "KC_BOOTSTRAP_ADMIN_USERNAME", "admin",
                        "KC_BOOTSTRAP_ADMIN_PASSWORD", password,
                        "JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m"),
                home.resolve("server.log"),
                command(program, port, management, latchkey));
        var server = new KeycloakServer(folder, process, URI.create("http://127.0.0.1:" + port), password, latchkey);
        try {
            process.awaitOk(URI.create("http://127.0.0.1:" + management + "/health/ready"), START);
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static List<String> command(Path program, int port, int management, int latchkey) {
        return List.of(
                program.toString(),
                "start",
                "--optimized",
                "--cache=local",
                "--http-enabled=true",
                "--hostname-strict=false",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--http-management-port=" + management,
                "--spi-oauth2-token-exchange--latchkey--url=http://127.0.0.1:" + latchkey,
                "--spi-protocol-mapper--latchkey-connections-mapper--url=http://127.0.0.1:" + latchkey,
                "--import-realm");
    }

    private static Map<String, byte[]> realms() {
        try {
            return Map.of(
                    "partner-realm.json",
                    partnerRealm(),
                    "latchkey-realm.json",
                    Files.readAllBytes(LatchkeyRealm.folder().resolve("latchkey-realm.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The realm of the partner that it plays, as Keycloak imports it. */
    public static byte[] partnerRealm() throws IOException {
        try (var realm = KeycloakServer.class.getResourceAsStream("/keycloak/partner-realm.json")) {
            return realm.readAllBytes();
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

    /** Stops the server and everything that it started, and removes its folder. */
    @Override
    public void close() {
        process.close();
        folder.close();
    }
}
