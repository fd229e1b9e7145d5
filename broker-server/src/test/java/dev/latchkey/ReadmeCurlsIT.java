package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.testkit.BrokerProcess;
import dev.latchkey.testkit.ChildProcess;
import dev.latchkey.testkit.TestHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three curls of README.md are taken from there and run, so that what a newcomer types is what works. */
class ReadmeCurlsIT {
    private static final Path README =
            Path.of(System.getProperty("basedir", ".")).resolve("../README.md");
    private static final Pattern BLOCK = Pattern.compile("(?s)<!-- ReadmeCurlsIT [^>]*-->\n```sh\n(.*?)```");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PARTNER = "noones";

    @TempDir
    Path folder;

    private final TestHttp http = new TestHttp();

    @Test
    @DisplayName("the README's curls ask for a connection, take a token, call the partner and read the audit log")
    void runAsTheyStand() throws IOException {
        try (var sandbox = Sandbox.start(SandboxConfig.defaults());
                var broker = BrokerProcess.start();
                http) {
            registerPartner(broker, sandbox);
            var app = registerApp(broker);
            var connection = activeConnection(broker, app);

            var answers = run(Map.of(
                    "LATCHKEY", broker.baseUri().toString(),
                    "ADMIN", broker.adminPair(),
                    "APP", app,
                    "PARTNER", PARTNER,
                    "CONNECTION", connection));

            assertThat(answers).hasSize(4);
            assertThat(answers.get(0).path("status").asText()).isEqualTo("requested");
            assertThat(answers.get(1).path("access_token").asText()).isNotEmpty();
            assertThat(answers.get(1).path("expires_in").asInt()).isGreaterThanOrEqualTo(60);
            assertThat(answers.get(2).path("path").asText()).endsWith("/me");
            assertThat(answers.get(3).path("items").findValuesAsText("connection"))
                    .isNotEmpty()
                    .containsOnly(connection);
        }
    }

    private List<JsonNode> run(Map<String, String> environment) throws IOException {
        var block = BLOCK.matcher(Files.readString(README));
        assertThat(block.find()).as("the marked block in README.md").isTrue();
        assertThat(block.group(1).lines().filter(line -> line.startsWith("curl ")))
                .hasSize(4);
        var script = Files.writeString(folder.resolve("curls.sh"), "set -euo pipefail\n" + block.group(1));
        var log = folder.resolve("answers.json");
        try (var shell = ChildProcess.start(folder, environment, log, List.of("bash", script.toString()))) {
            assertThat(shell.awaitEnd(Duration.ofMinutes(3))).as(shell.tail()).isZero();
        }
        try (var values = JSON.readerFor(JsonNode.class).<JsonNode>readValues(log.toFile())) {
            return values.readAll();
        }
    }

    private void registerPartner(BrokerProcess broker, Sandbox sandbox) {
        new SandboxControl(sandbox.baseUri()).registerClient("noones", "latchkey", "a-secret-of-the-sandbox");
        var endpoints = Map.of(
                "token_endpoint", sandbox.baseUri() + "/noones/oauth2/token",
                "api_base", sandbox.baseUri() + "/noones-api");
        post(
                201,
                broker,
                broker.admin(),
                "/partners",
                Map.of(
                        "id",
                        PARTNER,
                        "catalog",
                        "noones-oauth2-direct",
                        "credentials",
                        Map.of("client_id", "latchkey", "client_secret", "a-secret-of-the-sandbox"),
                        "settings",
                        Map.of("endpoints", endpoints)));
    }

    private String registerApp(BrokerProcess broker) {
        var app = post(
                201,
                broker,
                broker.admin(),
                "/apps",
                Map.of("id", "shop", "name", "Shop", "return_urls", List.of("http://127.0.0.1:9/back")));
        return "shop:" + app.path("secret").asText();
    }

    private String activeConnection(BrokerProcess broker, String app) {
        var authorization = TestHttp.basic("shop", app.substring("shop:".length()));
        var id = post(
                        201,
                        broker,
                        authorization,
                        "/connections",
                        Map.of("partner", PARTNER, "owner", "customer-17", "scopes", List.of()))
                .path("id")
                .asText();
        post(200, broker, broker.approver(), "/connections/" + id + "/approve", Map.of());
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            var address = broker.baseUri().resolve("/api/v1/connections/" + id);
            return read(http.get(address, authorization))
                    .path("status")
                    .asText()
                    .equals("active");
        });
        return id;
    }

    private JsonNode post(int wanted, BrokerProcess broker, String authorization, String path, Map<String, ?> body) {
        var address = broker.baseUri().resolve("/api/v1" + path);
        var response = http.json(address, authorization, JSON.valueToTree(body).toString());
        assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(wanted);
        return read(response);
    }

    private static JsonNode read(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
