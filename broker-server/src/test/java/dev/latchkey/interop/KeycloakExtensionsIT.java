package dev.latchkey.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.OpenBaoServer;
import dev.latchkey.testkit.Story;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Keycloak with our jar beside the packaged broker and a real OpenBao: life-cycle events, and the vault. */
class KeycloakExtensionsIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String IDP_SECRET = "idp-secret-" + UUID.randomUUID();

    private static OpenBaoServer bao;
    private static BrokerProcess broker;
    private static ExtendedKeycloak keycloak;
    private static PartnerStory story;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws IOException {
        int port = ChildProcess.freePort();
        bao = OpenBaoServer.start(folder, "");
        bao.setUp(Map.of());
        bao.root("POST", "latchkey-keycloak/data/keycloak/partner_idp", Map.of("data", Map.of("value", IDP_SECRET)));
        broker = BrokerProcess.start(
                Map.of("latchkey.identity.issuer", ExtendedKeycloak.issuer(port), "latchkey.identity.basic", "true"),
                Map.of());
        keycloak = ExtendedKeycloak.start(folder, port, options(port));
        story = new PartnerStory(broker, "keycloak");
        story.register(ExtendedKeycloak.issuer(port), "some-client", "some-secret-" + UUID.randomUUID())
                .expect(201);
    }

    private static List<String> options(int port) throws IOException {
        Path secretId = folder.resolve("secret-id");
        String role = "auth/approle/role/latchkey-keycloak";
        Files.writeString(
                secretId,
                bao.root("POST", role + "/secret-id", Map.of("metadata", "{}"))
                        .body()
                        .path("data")
                        .path("secret_id")
                        .asText());
        String events = "--spi-events-listener--latchkey-lifecycle--";
        String vault = "--spi-vault--latchkey-kv2--";
        return List.of(
                events + "broker=" + broker.baseUri(),
                events + "realm=partner",
                events + "issuer=" + ExtendedKeycloak.issuer(port),
                vault + "address=" + bao.address(),
                vault + "role-id="
                        + bao.root("GET", role + "/role-id", Map.of())
                                .body()
                                .path("data")
                                .path("role_id")
                                .asText(),
                vault + "secret-id-file=" + secretId,
                // the first read of a cold Keycloak takes its time on a slow machine
                vault + "timeout=20000");
    }

    @AfterAll
    static void stop() {
        if (keycloak != null) {
            keycloak.close();
        }
        if (broker != null) {
            broker.close();
        }
        if (bao != null) {
            bao.close();
        }
    }

    @Test
    @DisplayName(
            "R104 a user who is disabled or deleted in Keycloak loses the connections in the broker within seconds")
    void followsUsers() {
        BrokerApi app = story.app("users-" + mark());
        String disabled = keycloak.createUser();
        String deleted = keycloak.createUser();
        String first = connection(app, disabled);
        String second = connection(app, deleted);
        String other = connection(app, keycloak.createUser());

        keycloak.admin("PUT", "/users/" + disabled, Map.of("enabled", false));
        keycloak.admin("DELETE", "/users/" + deleted, Map.of());

        awaitRevoked(first);
        awaitRevoked(second);
        assertThat(story.status(other)).isEqualTo("requested");
        await().atMost(SOON).until(() -> ask(app, disabled).code().equals("forbidden"));
        keycloak.admin("PUT", "/users/" + disabled, Map.of("enabled", true));
        await().atMost(SOON).until(() -> ask(app, disabled).status() == 201);
    }

    @Test
    @DisplayName(
            "R104 a client that is disabled in Keycloak is refused with its valid token, and loses its connections")
    void followsClients() {
        String clientId = "client-" + mark();
        String secret = UUID.randomUUID().toString();
        story.register(clientId);
        String id = keycloak.createServiceClient(clientId, secret);
        BrokerApi app = BrokerApi.bearing(broker.baseUri(), keycloak.token(clientId, secret));
        String connection = connection(app, "somebody");

        keycloak.admin("PUT", "/clients/" + id, Map.of("clientId", clientId, "enabled", false));

        await().atMost(SOON).until(() -> app.get("/connections").code().equals("invalid_token"));
        awaitRevoked(connection);
        keycloak.admin("PUT", "/clients/" + id, Map.of("clientId", clientId, "enabled", true));
        await().atMost(SOON).until(() -> app.get("/connections").status() == 200);
        keycloak.admin("DELETE", "/clients/" + id, Map.of());
        await().atMost(SOON).until(() -> app.get("/connections").code().equals("invalid_token"));
    }

    @Test
    @DisplayName("R104 whom a workflow of Keycloak disables, user or client, loses the connections as well")
    void followsWorkflows() {
        BrokerApi app = story.app("leavers-" + mark());
        String user = keycloak.createUser();
        String ofUser = connection(app, user);
        String clientId = "leaver-" + mark();
        String secret = UUID.randomUUID().toString();
        story.register(clientId);
        String client = keycloak.createServiceClient(clientId, secret);
        BrokerApi ofClient = BrokerApi.bearing(broker.baseUri(), keycloak.token(clientId, secret));
        String itsOwn = connection(ofClient, "somebody");

        keycloak.runWorkflow("disable-user", "USERS", user);
        keycloak.runWorkflow("disable-client", "CLIENTS", client);

        awaitRevoked(ofUser);
        awaitRevoked(itsOwn);
        await().atMost(SOON).until(() -> ask(app, user).code().equals("forbidden"));
        await().atMost(SOON).until(() -> ofClient.get("/connections").code().equals("invalid_token"));
    }

    @Test
    @DisplayName("R104 what changes while the broker is down arrives when it is back, also if Keycloak was restarted")
    void losesNothing() {
        BrokerApi app = story.app("outage-" + mark());
        String disabled = keycloak.createUser();
        String deleted = keycloak.createUser();
        String first = connection(app, disabled);
        String second = connection(app, deleted);

        broker.stop();
        int mark = keycloak.logText().length();
        keycloak.admin("PUT", "/users/" + disabled, Map.of("enabled", false));
        keycloak.admin("DELETE", "/users/" + deleted, Map.of());
        await().atMost(SOON).until(() -> keycloak.logText().substring(mark).contains("is not delivered at attempt"));
        keycloak.stop();
        keycloak.startAgain();
        broker.startAgain();

        awaitRevoked(first);
        awaitRevoked(second);
    }

    @Test
    @DisplayName(
            "${vault.name} in an identity provider's client secret is the secret in OpenBao when it goes on the wire")
    void resolvesTheVault() throws IOException {
        try (Peer peer = new Peer()) {
            identityProvider(peer, "peer", "${vault.idp}");
            identityProvider(peer, "stray", "${vault.../../other/secret}");

            logIn(peer, "peer");
            logIn(peer, "stray");

            assertThat(peer.forms).hasSize(2);
            assertThat(peer.forms.remove()).contains("client_secret=" + IDP_SECRET);
            assertThat(peer.forms.remove()).doesNotContain(IDP_SECRET);
        }
        assertThat(keycloak.logText()).doesNotContain(IDP_SECRET);
    }

    private static void identityProvider(Peer peer, String alias, String secret) {
        keycloak.admin(
                "POST",
                "/identity-provider/instances",
                Map.of(
                        "alias",
                        alias,
                        "providerId",
                        "oidc",
                        "enabled",
                        true,
                        "config",
                        Map.of(
                                "authorizationUrl",
                                peer.at("/authorize"),
                                "tokenUrl",
                                peer.at("/token"),
                                "clientId",
                                "keycloak",
                                "clientSecret",
                                secret,
                                "clientAuthMethod",
                                "client_secret_post")));
    }

    /** A browser goes to the identity provider, which sends it back with a code that Keycloak then redeems. */
    private static void logIn(Peer peer, String alias) {
        ConsentBrowser browser = new ConsentBrowser();
        URI account = keycloak.at("/account/");
        browser.get(keycloak.at("/protocol/openid-connect/auth?client_id=account&response_type=code&scope=openid"
                + "&redirect_uri=" + encode(account.toString()) + "&kc_idp_hint=" + alias));
        browser.followWhile(target -> !target.toString().startsWith(peer.at("/authorize")));
        String state = Story.query(browser.location().orElseThrow()).get("state");
        browser.get(keycloak.at("/broker/" + alias + "/endpoint?code=c&state=" + encode(state)));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String mark() {
        return UUID.randomUUID().toString().substring(0, 8);
    }

    private static String connection(BrokerApi app, String owner) {
        return ask(app, owner).expect(201).text("id");
    }

    private static BrokerApi.Answer ask(BrokerApi app, String owner) {
        return app.post("/connections", Map.of("partner", "keycloak", "owner", owner, "scopes", List.of("profile")));
    }

    private static void awaitRevoked(String connection) {
        await().atMost(SOON).until(() -> story.status(connection).equals("revoked"));
    }

    /** The other identity provider: it knows nobody, and keeps what it was sent. */
    private static final class Peer implements AutoCloseable {

        private final Queue<String> forms = new ConcurrentLinkedQueue<>();
        private final HttpServer server;

        Peer() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/authorize", exchange -> answer(exchange, 200, "log in"));
            server.createContext("/token", exchange -> {
                forms.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                answer(exchange, 400, "{\"error\":\"invalid_grant\"}");
            });
            server.start();
        }

        String at(String path) {
            return "http://127.0.0.1:" + server.getAddress().getPort() + path;
        }

        private static void answer(HttpExchange exchange, int status, String body) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
