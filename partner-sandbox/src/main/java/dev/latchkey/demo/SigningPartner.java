package dev.latchkey.demo;

import java.math.BigInteger;
import java.security.SecureRandom;
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

    private static final SecureRandom RANDOM = new SecureRandom();

    /** What is posted. */
    record Body(String type, String text) {}

    @Override
    public Outcome play(Stage stage) throws StepFailed {
        Steps steps = stage.steps();
        String key = random();
        String secret = random();
        steps.step("register the partner", () -> registerPartner(stage, key, secret));
        Connecting way = Connecting.ask(stage, name, wish(), false);
        way.approve();
        way.becomeActive();
        Identity app = way.app();
        String path = "/connections/" + way.connection();
        steps.step(
                "get no token",
                () -> stage.broker().post(app, path + "/token", Map.of()).expect(409));
        Answer signed = steps.step("have a request signed", () -> sign(stage, app, path));
        steps.step("send it as it was signed", () -> proof.require(new SignedRequest(signed).send()));
        steps.step(
                "send one through the broker",
                () -> proof.require(proxy(stage, app, path, bare).expect(200).json()));
        if (beyond.isPresent()) {
            Body more = beyond.get();
            steps.step(
                    "be refused what is not granted",
                    () -> proxy(stage, app, path, more).expect(403));
        }
        steps.step("keep secrets", () -> keepSecrets(stage, secret));
        return new Outcome(0, 0, app, way.connection());
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

    private Map<String, ?> wish() {
        Map<String, Object> wish =
                new TreeMap<>(Map.of("owner", "our-own-account", "scopes", List.of(), "purpose", "watch our account"));
        if (!methods.isEmpty()) {
            wish.put("methods", methods);
        }
        return wish;
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
