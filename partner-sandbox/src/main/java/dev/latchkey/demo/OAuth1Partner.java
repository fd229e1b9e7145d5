package dev.latchkey.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Cryptonit by OAuth 1.0a: the app has a request signed and sends it itself, and sends another one through the broker.
 *
 * @param name catalog id, also the id of our registration
 * @param apiPath the API at the sandbox
 * @param legs the addresses of the three legs at the sandbox; empty where Cryptonit hands the token over by hand
 * @param signed a GET to be signed, below the API
 * @param signedProof where the partner's answer shows that it took it
 * @param proxied a request to be sent through the broker, below the API
 * @param posted what it posts, as JSON; a GET if it posts nothing
 * @param proxiedProof where the partner's answer shows that it took it
 */
record OAuth1Partner(
        String name,
        String apiPath,
        Map<String, String> legs,
        String signed,
        Proof signedProof,
        String proxied,
        Optional<String> posted,
        Proof proxiedProof)
        implements DemoPartner {

    private static final String SANDBOX = "cryptonit";
    private static final String USER = "alice";
    private static final JsonMapper JSON = new JsonMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** A JSON pointer into the partner's answer, and the text that is there. */
    record Proof(String pointer, String text) {}

    @Override
    public Outcome play(Stage stage) throws StepFailed {
        Steps steps = stage.steps();
        Map<String, String> credentials = credentials();
        steps.step("register the partner", () -> registerPartner(stage, credentials));
        Identity app = steps.step("register the app", () -> stage.registerApp(name));
        String connection = steps.step("ask for a connection", () -> ask(stage, app));
        String path = "/connections/" + connection;
        steps.step(
                "approve",
                () -> stage.broker()
                        .post(stage.approver(), path + "/approve", Map.of())
                        .expect(200));
        if (!legs.isEmpty()) {
            String handle = steps.step("consent in the browser", () -> consent(stage, app, connection));
            steps.step(
                    "confirm",
                    () -> stage.broker()
                            .post(app, path + "/confirm", Map.of("handle", handle))
                            .expect(200));
        }
        steps.step("become active", () -> new Patience(stage.broker()).untilActive(app, connection));
        steps.step(
                "get no token",
                () -> stage.broker().post(app, path + "/token", Map.of()).expect(409));
        Answer request = steps.step("have a request signed", () -> sign(stage, app, path));
        steps.step("send it as it was signed", () -> proven(send(request), signedProof));
        steps.step("send one through the broker", () -> proven(proxy(stage, app, path), proxiedProof));
        steps.step("keep secrets", () -> keepSecrets(stage, credentials));
        return new Outcome(0, 0, app, connection);
    }

    private Map<String, String> credentials() {
        Map<String, String> credentials =
                new TreeMap<>(Map.of("consumer_key", clientKey(), "consumer_secret", random()));
        if (legs.isEmpty()) {
            credentials.put("token", random());
            credentials.put("token_secret", random());
        }
        return credentials;
    }

    private Answer registerPartner(Stage stage, Map<String, String> credentials) throws StepFailed {
        Map<String, String> addresses = new TreeMap<>(Map.of("api_base", at(stage, "")));
        legs.forEach((leg, path) ->
                addresses.put(leg, stage.sandboxAddress().resolve(path).toString()));
        Answer answer = stage.broker()
                .post(
                        stage.admin(),
                        "/partners",
                        Map.of(
                                "id",
                                name,
                                "catalog",
                                name,
                                "credentials",
                                credentials,
                                "settings",
                                Map.of("endpoints", addresses)))
                .expect(201);
        String key = clientKey();
        String secret = credentials.getOrDefault("consumer_secret", "");
        if (legs.isEmpty()) {
            stage.sandbox()
                    .registerPreset(
                            SANDBOX,
                            key,
                            secret,
                            credentials.getOrDefault("token", ""),
                            credentials.getOrDefault("token_secret", ""));
        } else {
            stage.sandbox().registerConsumer(SANDBOX, key, secret, answer.text("redirect_uri"));
        }
        return answer;
    }

    private String ask(Stage stage, Identity app) throws StepFailed {
        Map<String, Object> body = new TreeMap<>(Map.of(
                "partner", name, "owner", "customer-17", "scopes", List.of(), "purpose", "show the customer's orders"));
        if (!legs.isEmpty()) {
            body.put("return_url", stage.returnPage().address().toString());
        }
        return stage.broker().post(app, "/connections", body).expect(201).text("id");
    }

    private static String consent(Stage stage, Identity app, String connection) throws StepFailed {
        String connectUrl = stage.broker()
                .post(app, "/connections/" + connection + "/connect-url", Map.of())
                .expect(200)
                .text("connect_url");
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(URI.create(connectUrl));
        browser.followAll();
        if (browser.page().status() != 200 || browser.page().forms().isEmpty()) {
            throw new StepFailed("no consent page but " + browser.page().status());
        }
        browser.allow(USER);
        browser.followAll();
        return stage.returnPage()
                .takeHandle(connection)
                .orElseThrow(() -> new StepFailed("no handle at the app's return URL but "
                        + browser.page().status()));
    }

    private Answer sign(Stage stage, Identity app, String connection) throws StepFailed {
        return stage.broker()
                .post(app, connection + "/sign", Map.of("method", "GET", "url", at(stage, signed)))
                .expect(200);
    }

    private JsonNode proxy(Stage stage, Identity app, String connection) throws StepFailed {
        String path = connection + "/proxy" + proxied;
        Answer answer = posted.isPresent()
                ? stage.broker().post(app, path, "application/json", posted.get())
                : stage.broker().get(app, path);
        return answer.expect(200).json();
    }

    private static JsonNode send(Answer signed) throws StepFailed {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(signed.text("url")))
                .timeout(Duration.ofSeconds(30))
                .method(signed.text("method"), HttpRequest.BodyPublishers.noBody());
        signed.json()
                .path("headers")
                .properties()
                .forEach(
                        field -> request.header(field.getKey(), field.getValue().asText()));
        try {
            HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new StepFailed("the partner answered " + response.statusCode());
            }
            return JSON.readTree(response.body());
        } catch (JsonProcessingException notJson) {
            throw new StepFailed("the partner answered no JSON");
        } catch (IOException unreachable) {
            throw new StepFailed("no answer from the partner");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted");
        }
    }

    private static Boolean proven(JsonNode answer, Proof proof) throws StepFailed {
        if (!answer.at(proof.pointer()).asText().equals(proof.text())) {
            throw new StepFailed("the partner did not take the request");
        }
        return true;
    }

    /** A signed address holds key and token, as OAuth 1.0 has it; the secrets never leave the broker. */
    private static Boolean keepSecrets(Stage stage, Map<String, String> credentials) throws StepFailed {
        boolean leaked = credentials.entrySet().stream()
                .filter(credential -> credential.getKey().endsWith("secret"))
                .anyMatch(credential -> stage.broker().everAnswered(credential.getValue()));
        if (leaked) {
            throw new StepFailed("an answer of the broker held a secret");
        }
        return true;
    }

    private String clientKey() {
        return "latchkey-" + name;
    }

    private String at(Stage stage, String path) {
        return stage.sandboxAddress().resolve(apiPath) + path;
    }

    private static String random() {
        return new BigInteger(160, RANDOM).toString(36);
    }
}
