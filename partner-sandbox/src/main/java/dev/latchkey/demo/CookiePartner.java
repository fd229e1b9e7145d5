package dev.latchkey.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Noon: a signed login that answers cookies, for our own account or for a seller's.
 *
 * @param name catalog id, also the id of our registration
 * @param seller whether a seller consents in a browser, which ends in a key of the seller's account
 */
record CookiePartner(String name, boolean seller) implements DemoPartner {

    private static final String SANDBOX = "noon";
    private static final String PROJECT = "PRJ-DEMO";
    private static final String SELLER = "seller-alice";
    private static final Duration SESSION = Duration.ofMinutes(10);

    @Override
    public Outcome play(Stage stage) throws StepFailed {
        stage.sandbox().noonSettings(Map.of("session_seconds", SESSION.toSeconds()));
        try {
            return story(stage);
        } finally {
            stage.sandbox().noonSettings(Map.of());
        }
    }

    private Outcome story(Stage stage) throws StepFailed {
        Steps steps = stage.steps();
        KeyPair key = newKey();
        String pem = pem("PRIVATE KEY", key.getPrivate().getEncoded());
        steps.step("get a credential file", () -> addKey(stage, key));
        steps.step("register the partner", () -> registerPartner(stage, pem));
        Connecting way = Connecting.ask(stage, name, wish(), seller);
        way.approve();
        if (seller) {
            way.consent(SELLER);
        }
        way.becomeActive();
        return use(stage, way.app(), way.connection(), pem);
    }

    private Outcome use(Stage stage, Identity app, String connection, String pem) throws StepFailed {
        Steps steps = stage.steps();
        Answer first = steps.step("take the cookies", () -> token(stage, app, connection, 0));
        steps.step("call the partner", () -> callPartner(stage, first));
        long before = logins(stage);
        steps.step("take them again", () -> token(stage, app, connection, 0));
        steps.step("see no further login", () -> exactly(before, logins(stage)));
        long life = first.seconds("expires_in");
        Answer renewed = steps.step("force a renewal", () -> {
            Patience.pause(Patience.AGE);
            return token(stage, app, connection, life - Patience.SLACK);
        });
        steps.step("call the partner with the new cookies", () -> callPartner(stage, renewed));
        steps.step("see one further login", () -> exactly(before + 1, logins(stage)));
        steps.step("keep secrets", () -> findNoSecret(stage, pem));
        return new Outcome(1, life, app, connection);
    }

    private Boolean addKey(Stage stage, KeyPair key) {
        stage.sandbox()
                .registerNoonKey(
                        "demo-" + name,
                        PROJECT,
                        keyId(),
                        pem("PUBLIC KEY", key.getPublic().getEncoded()));
        return true;
    }

    /** First with us, because our answer names the redirect URI that the partner has to know. */
    private Boolean registerPartner(Stage stage, String pem) throws StepFailed {
        Map<String, Object> credentials = new TreeMap<>();
        credentials.put("credential_file", Map.of("key_id", keyId(), "private_key", pem, "project_code", PROJECT));
        if (seller) {
            credentials.put("client_id", "latchkey-" + name);
            credentials.put("client_secret", "demo-secret-of-" + name);
        }
        Answer answer = stage.broker()
                .post(
                        stage.admin(),
                        "/partners",
                        Map.of(
                                "id", name,
                                "catalog", name,
                                "credentials", credentials,
                                "settings", Map.of("endpoints", endpoints(stage))))
                .expect(201);
        if (seller) {
            stage.sandbox()
                    .registerClient(SANDBOX, "latchkey-" + name, "demo-secret-of-" + name, answer.text("redirect_uri"));
        }
        return true;
    }

    private Map<String, String> endpoints(Stage stage) {
        Map<String, String> paths =
                new TreeMap<>(Map.of("login_endpoint", "/noon/identity/public/v1/api/login", "api_base", "/noon/"));
        if (seller) {
            paths.put("authorization_endpoint", "/noon-oauth/");
            paths.put("token_create_endpoint", "/noon/identity/oauth/v1/token/create");
            paths.put("token_exchange_endpoint", "/noon/identity/oauth/v1/token/exchange");
        }
        paths.replaceAll(
                (endpoint, path) -> stage.sandboxAddress().resolve(path).toString());
        return paths;
    }

    private Map<String, ?> wish() {
        return Map.of("owner", "customer-17", "scopes", List.of(), "purpose", "show the shop's orders");
    }

    private static Answer token(Stage stage, Identity app, String connection, long minTtl) throws StepFailed {
        Map<String, ?> body = minTtl == 0 ? Map.of() : Map.of("min_ttl", minTtl);
        Answer answer = stage.broker()
                .post(app, "/connections/" + connection + "/token", body)
                .expect(200);
        if (!answer.text("token_type").equals("cookie")
                || answer.json().path("cookies").isEmpty()) {
            throw new StepFailed("the answer has no cookies");
        }
        return answer;
    }

    private Boolean callPartner(Stage stage, Answer token) throws StepFailed {
        List<String> cookies = new ArrayList<>();
        for (JsonNode cookie : token.json().path("cookies")) {
            cookies.add(
                    cookie.path("name").asText() + "=" + cookie.path("value").asText());
        }
        URI whoAmI = stage.sandboxAddress().resolve("/noon/identity/v1/whoami");
        JsonNode answer = Wire.callPartner(HttpRequest.newBuilder(whoAmI).header("Cookie", String.join("; ", cookies)));
        if (!answer.toString().contains(seller ? SELLER : "demo-" + name)) {
            throw new StepFailed("the partner knows us as somebody else");
        }
        return true;
    }

    private static long logins(Stage stage) {
        return stage.sandbox().count(SANDBOX, "login");
    }

    private static Boolean exactly(long wanted, long seen) throws StepFailed {
        if (wanted != seen) {
            throw new StepFailed("the partner saw " + seen + " logins instead of " + wanted);
        }
        return true;
    }

    /** A line out of the middle of the key is as telling as the whole, and has no line break that JSON would escape. */
    private static Boolean findNoSecret(Stage stage, String pem) throws StepFailed {
        if (stage.broker().everAnswered(pem.split("\n", -1)[3])) {
            throw new StepFailed("an answer of the broker held the private key");
        }
        return true;
    }

    private String keyId() {
        return "demo-key-" + name;
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has RSA", e);
        }
    }

    private static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }
}
