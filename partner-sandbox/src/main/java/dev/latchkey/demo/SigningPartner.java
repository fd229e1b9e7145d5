package dev.latchkey.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A partner whose API key signs each request: the app has one signed and sends it itself, and sends another one through
 * the broker.
 *
 * @param name the row's name, also the partner's id in the sandbox
 * @param api the partner's API in the sandbox
 * @param path what is called below the API, beginning with a slash; empty for the API itself
 * @param methods what the app may call, as the grant names it; empty where all is allowed
 * @param bare the app's request
 * @param proof where the partner's answer shows that it took the request
 * @param beyond a request that the grant does not cover
 */
record SigningPartner(
        String name, String api, String path, List<String> methods, Body bare, Proof proof, Optional<Body> beyond)
        implements DemoPartner {

    private static final JsonMapper JSON = new JsonMapper();
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    /** What is posted. */
    record Body(String type, String text) {}

    /** A JSON pointer into the partner's answer, and the text that is there. */
    record Proof(String pointer, String text) {}

    @Override
    public Outcome play(Stage stage) throws StepFailed {
        Steps steps = stage.steps();
        String key = random();
        String secret = random();
        steps.step("register the partner", () -> registerPartner(stage, key, secret));
        Identity app = steps.step("register the app", () -> stage.registerApp(name));
        String connection = steps.step("ask for a connection", () -> ask(stage, app));
        String path = "/connections/" + connection;
        steps.step(
                "approve",
                () -> stage.broker()
                        .post(stage.approver(), path + "/approve", Map.of())
                        .expect(200));
        steps.step("become active", () -> new Patience(stage.broker()).untilActive(app, connection));
        steps.step(
                "get no token",
                () -> stage.broker().post(app, path + "/token", Map.of()).expect(409));
        Answer signed = steps.step("have a request signed", () -> sign(stage, app, path));
        steps.step("send it as it was signed", () -> proven(send(signed)));
        steps.step(
                "send one through the broker",
                () -> proven(proxy(stage, app, path, bare).expect(200).json()));
        if (beyond.isPresent()) {
            Body more = beyond.get();
            steps.step(
                    "be refused what is not granted",
                    () -> proxy(stage, app, path, more).expect(403));
        }
        steps.step("keep secrets", () -> keepSecrets(stage, secret));
        return new Outcome(0, 0, app, connection);
    }

    private Answer registerPartner(Stage stage, String key, String secret) throws StepFailed {
        stage.sandbox().registerClient(name, key, secret);
        String base = stage.sandboxAddress().resolve(api).toString();
        return stage.broker()
                .post(
                        stage.admin(),
                        "/partners",
                        Map.of(
                                "id",
                                name,
                                "catalog",
                                name,
                                "credentials",
                                Map.of("api_key", key, "api_secret", secret),
                                "settings",
                                Map.of("endpoints", Map.of("api_base", base))))
                .expect(201);
    }

    private String ask(Stage stage, Identity app) throws StepFailed {
        Map<String, Object> body = new TreeMap<>(Map.of(
                "partner", name, "owner", "our-own-account", "scopes", List.of(), "purpose", "watch our account"));
        if (!methods.isEmpty()) {
            body.put("methods", methods);
        }
        return stage.broker().post(app, "/connections", body).expect(201).text("id");
    }

    private Answer sign(Stage stage, Identity app, String connection) throws StepFailed {
        return stage.broker()
                .post(
                        app,
                        connection + "/sign",
                        Map.of(
                                "method",
                                "POST",
                                "url",
                                stage.sandboxAddress().resolve(api) + path,
                                "headers",
                                Map.of("Content-Type", bare.type()),
                                "body",
                                bare.text()))
                .expect(200);
    }

    private Answer proxy(Stage stage, Identity app, String connection, Body body) throws StepFailed {
        String below = path.isEmpty() ? "/" : path;
        return stage.broker().post(app, connection + "/proxy" + below, body.type(), body.text());
    }

    private static JsonNode send(Answer signed) throws StepFailed {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(signed.text("url")))
                .timeout(Duration.ofSeconds(30))
                .method(signed.text("method"), BodyPublishers.ofString(signed.text("body")));
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

    private Boolean proven(JsonNode answer) throws StepFailed {
        if (!answer.at(proof.pointer()).asText().equals(proof.text())) {
            throw new StepFailed("the partner did not take the request");
        }
        return true;
    }

    private static Boolean keepSecrets(Stage stage, String secret) throws StepFailed {
        if (stage.broker().everAnswered(secret)) {
            throw new StepFailed("an answer of the broker held a secret");
        }
        return true;
    }

    private static String random() {
        return new BigInteger(160, RANDOM).toString(36);
    }
}
