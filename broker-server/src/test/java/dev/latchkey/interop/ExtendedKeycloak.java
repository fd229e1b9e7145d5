package dev.latchkey.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.KeycloakBuild;
import dev.latchkey.testkit.KeycloakServer;
import dev.latchkey.testkit.TestHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A real Keycloak with the jar of {@code keycloak-extensions}, in a folder of its own, whose database is kept in files: it
 * can be stopped and started again. Not thread-safe.
 */
final class ExtendedKeycloak implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(6);
    private static final Duration END = Duration.ofSeconds(60);
    private static final String REALM = "partner";
    private static final JsonMapper JSON = new JsonMapper();

    private final Path home;
    private final URI base;
    private final int management = ChildProcess.freePort();
    private final String password = UUID.randomUUID().toString();
    private final List<String> options;
    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable ChildProcess process;

    private ExtendedKeycloak(Path home, int port, List<String> options) {
        this.home = home;
        this.base = URI.create("http://127.0.0.1:" + port);
        this.options = List.copyOf(options);
    }

    /** The issuer of a server on that port. */
    static String issuer(int port) {
        return "http://127.0.0.1:" + port + "/realms/" + REALM;
    }

    /** Starts one with further options and waits until it is ready. */
    static ExtendedKeycloak start(Path folder, int port, List<String> options) {
        ExtendedKeycloak keycloak = new ExtendedKeycloak(folder.resolve("keycloak"), port, options);
        try {
            KeycloakBuild.forTests()
                    .serverIn(keycloak.home, Map.of("partner-realm.json", KeycloakServer.partnerRealm()));
            keycloak.startAgain();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            keycloak.close();
            throw e;
        }
        return keycloak;
    }

    /** Starts the process on what the one before has left. */
    void startAgain() {
        List<String> command = new ArrayList<>(List.of(
                home.resolve("bin/kc.sh").toString(),
                "start",
                "--optimized",
                "--cache=local",
                "--http-enabled=true",
                "--hostname-strict=false",
                "--http-host=127.0.0.1",
                "--http-port=" + base.getPort(),
                "--http-management-port=" + management,
                "--import-realm"));
        command.addAll(options);
        process = ChildProcess.start(
                home,
                Map.of(
                        "KC_BOOTSTRAP_ADMIN_USERNAME", "admin",
                        "KC_BOOTSTRAP_ADMIN_PASSWORD", password,
                        "JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m"),
                home.resolve("server.log"),
                command);
        process.awaitOk(URI.create("http://127.0.0.1:" + management + "/health/ready"), START);
    }

    void stop() {
        process.stop(END);
    }

    URI base() {
        return base;
    }

    /** An address of the realm's. */
    URI at(String path) {
        return base.resolve("/realms/" + REALM + path);
    }

    /** Everything that it printed. */
    String logText() {
        try {
            return Files.readString(home.resolve("server.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a user and gives its id. */
    String createUser() {
        String name = "user-" + UUID.randomUUID();
        admin("POST", "/users", Map.of("username", name, "enabled", true));
        return admin("GET", "/users?exact=true&username=" + name, Map.of())
                .path(0)
                .path("id")
                .asText();
    }

    /** Makes a client with a service account, our audience and tokens of half an hour, and gives its id in Keycloak. */
    String createServiceClient(String clientId, String secret) {
        Map<String, ?> mapper = Map.of(
                "name", "audience",
                "protocol", "openid-connect",
                "protocolMapper", "oidc-audience-mapper",
                "config", Map.of("included.custom.audience", "latchkey", "access.token.claim", "true"));
        admin(
                "POST",
                "/clients",
                Map.of(
                        "clientId",
                        clientId,
                        "secret",
                        secret,
                        "publicClient",
                        false,
                        "standardFlowEnabled",
                        false,
                        "serviceAccountsEnabled",
                        true,
                        "attributes",
                        Map.of("access.token.lifespan", "1800"),
                        "protocolMappers",
                        List.of(mapper)));
        return admin("GET", "/clients?clientId=" + clientId, Map.of())
                .path(0)
                .path("id")
                .asText();
    }

    /** Makes a workflow of one step, which is done at once to one user or client. */
    void runWorkflow(String step, String type, String id) {
        String name = step + "-" + UUID.randomUUID();
        admin(
                "POST",
                "/workflows",
                Map.of(
                        "name",
                        name,
                        "supports",
                        type.toLowerCase(Locale.ROOT),
                        "steps",
                        List.of(Map.of("uses", step))));
        String workflow = admin("GET", "/workflows?exact=true&search=" + name, Map.of())
                .path(0)
                .path("id")
                .asText();
        admin("POST", "/workflows/" + workflow + "/activate/" + type + "/" + id, Map.of());
    }

    /** An access token by client credentials. */
    String token(String clientId, String secret) {
        try (TestHttp client = new TestHttp()) {
            return read(client.form(
                            at("/protocol/openid-connect/token"),
                            TestHttp.basic(clientId, secret),
                            Map.of("grant_type", "client_credentials")))
                    .path("access_token")
                    .asText();
        }
    }

    /** A call of the realm's admin API that must succeed; an empty map is no body. */
    JsonNode admin(String method, String path, Map<String, ?> body) {
        HttpRequest.BodyPublisher publisher = body.isEmpty()
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(JSON.valueToTree(body).toString());
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/admin/realms/" + REALM + path))
                .timeout(Duration.ofSeconds(60))
                .header("Authorization", "Bearer " + adminToken())
                .header("Accept", "application/json")
                .header("Content-Type", "application/json")
                .method(method, publisher)
                .build();
        try {
            return read(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String adminToken() {
        try (TestHttp client = new TestHttp()) {
            return read(client.form(
                            base.resolve("/realms/master/protocol/openid-connect/token"),
                            Map.of(
                                    "grant_type", "password",
                                    "client_id", "admin-cli",
                                    "username", "admin",
                                    "password", password)))
                    .path("access_token")
                    .asText();
        }
    }

    private static JsonNode read(HttpResponse<String> answer) {
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException("Keycloak answers " + answer.statusCode() + " to " + answer.uri());
        }
        try {
            return answer.body().isBlank() ? MissingNode.getInstance() : JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it and removes its folder. */
    @Override
    public void close() {
        http.close();
        if (process != null) {
            process.close();
        }
        try (var paths = Files.walk(home)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
