package dev.latchkey.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.security.SecureRandom;
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
    private static final SecureRandom RANDOM = new SecureRandom();

    @Override
    public Outcome play(Stage stage) throws StepFailed {
        Steps steps = stage.steps();
        Map<String, String> credentials = credentials();
        steps.step("register the partner", () -> registerPartner(stage, credentials));
        boolean browser = !legs.isEmpty();
        Connecting way = Connecting.ask(stage, name, wish(), browser);
        way.approve();
        if (browser) {
            way.consent(USER);
        }
        way.becomeActive();
        Identity app = way.app();
        String path = "/connections/" + way.connection();
        steps.step(
                "get no token",
                () -> stage.broker().post(app, path + "/token", Map.of()).expect(409));
        Answer request = steps.step("have a request signed", () -> sign(stage, app, path));
        steps.step("send it as it was signed", () -> signedProof.require(new SignedRequest(request).send()));
        steps.step("send one through the broker", () -> proxiedProof.require(proxy(stage, app, path)));
        steps.step("keep secrets", () -> keepSecrets(stage, credentials));
        return new Outcome(0, 0, app, way.connection());
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

    private Map<String, ?> wish() {
        return Map.of("owner", "customer-17", "scopes", List.of(), "purpose", "show the customer's orders");
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
