package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** API keys that sign requests and webhooks, on good ways and on bad ones, and then a search for their secrets. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ApiKeyCanaryTest {

    private static final String[] LOGGERS = {
        "dev.latchkey", "io.vertx", "io.quarkus", "org.hibernate", "org.jboss.resteasy", "org.apache.hc"
    };
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON = "application/json";
    private static final String LIST = "{\"jsonrpc\":\"2.0\",\"method\":\"user.account_list\",\"params\":{},\"id\":1}";

    @Inject
    DataSource database;

    private final Canaries canaries = new Canaries();
    private final Evidence evidence = new Evidence();
    private final Story story = new Story();
    private final Story.App app = story.app("shop");

    @Test
    @DisplayName("R149 R150 R151 R155 R119 finds no API secret and no webhook secret where it has no business")
    void leaksNothing() throws Exception {
        try (CapturedLog log = CapturedLog.of(LOGGERS)) {
            URI hook = URI.create(
                    registered("noones-hmac", "/noones/api").path("webhook_url").asText());
            calls("noones-hmac", "/noones/api", "user/me", FORM, "");
            calls("cryptonex", "/cryptonex/api", "", JSON, LIST);
            webhooks(hook);
            // an admin's to know, and nobody else's
            String path = hook.getPath().substring(hook.getPath().lastIndexOf('/') + 1);
            evidence.keep(story.admin().get("/partners/noones-hmac-" + story.mark()), path);
            evidence.keep(story.admin().get("/audit"));
            assertThat(log.text()).contains("dev.latchkey", "org.apache.hc");
            evidence.keep("log", log.text());
        }
        assertThat(evidence.keepDatabase(database)).isGreaterThan(10);

        assertThat(canaries.names()).hasSizeGreaterThan(3);
        assertThat(evidence.against(canaries)).isEmpty();
    }

    private JsonNode registered(String row, String api) {
        String secret = canaries.watch(row + " secret", "api-secret-" + UUID.randomUUID());
        String key = row + "-key-" + story.mark();
        story.control().registerClient(row, key, secret);
        Answer answer = story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                row + "-" + story.mark(),
                                "catalog",
                                row,
                                "credentials",
                                Map.of("api_key", key, "api_secret", secret),
                                "settings",
                                Map.of("endpoints", Map.of("api_base", BrokerStack.sandbox() + api))))
                .expect(201);
        String hook = answer.json().path("webhook_url").asText("");
        if (hook.isEmpty()) {
            return evidence.keep(answer).json();
        }
        String path = canaries.watch("webhook path", hook.substring(hook.lastIndexOf('/') + 1));
        return evidence.keep(answer, path).json();
    }

    private void calls(String row, String api, String path, String type, String body) {
        String partner = row + "-" + story.mark();
        if (!row.equals("noones-hmac")) {
            registered(row, api);
        }
        String id = app.api()
                .post(
                        "/connections",
                        Map.of(
                                "partner",
                                partner,
                                "owner",
                                "us",
                                "scopes",
                                List.of(),
                                "methods",
                                type.equals(JSON) ? List.of("user.account_list") : List.of("POST")))
                .expect(201)
                .text("id");
        story.approver().post("/connections/" + id + "/approve").expect(200);
        String url = BrokerStack.sandbox() + api + (path.isEmpty() ? "" : "/" + path);
        evidence.keep(app.api()
                .post(
                        "/connections/" + id + "/sign",
                        Map.of("method", "POST", "url", url, "headers", Map.of("Content-Type", type), "body", body))
                .expect(200));
        evidence.keep(proxied(id, path, body, type).expect(200));
        evidence.keep(proxied(id, path, "seal=%", type));
        story.control().fault(FaultOrder.at(row).endpoint("api").dropAfterCommit());
        evidence.keep(proxied(id, path, body, type));
        story.control().clearFaults();
    }

    private Answer proxied(String id, String path, String body, String type) {
        return app.api().send("POST", "/connections/" + id + "/proxy/" + path, body, type);
    }

    /** Wrong signatures, since a right one is nothing but a digest. */
    private void webhooks(URI hook) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            String forged = canaries.watch("forged signature", UUID.randomUUID() + "-forged");
            HttpRequest wrong = HttpRequest.newBuilder(hook)
                    .header("X-Noones-Signature", forged)
                    .POST(BodyPublishers.ofString("{}"))
                    .build();
            var answer = http.send(wrong, BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(401);
            evidence.keep("webhook", answer.headers().map() + "\n" + answer.body());
        }
    }
}
