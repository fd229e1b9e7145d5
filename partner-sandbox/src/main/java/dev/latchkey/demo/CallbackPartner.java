package dev.latchkey.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A partner that calls the broker's ConnectionURL while its user consents.
 *
 * @param name catalog id, also the id of our registration
 * @param sandboxName how the sandbox calls the partner that it plays
 * @param endpoints names of endpoints and their paths at the sandbox
 * @param apiPath a call that the token opens
 */
record CallbackPartner(String name, String sandboxName, Map<String, String> endpoints, String apiPath)
        implements DemoPartner {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String USER = "nora";
    private static final String PARTNER_ID = "demo-partner";

    /** What the broker made up, to be told to the partner. */
    private record OurClient(String id, String secret) {}

    @Override
    public Outcome play(Stage stage) throws StepFailed {
        Steps steps = stage.steps();
        OurClient client = steps.step("register the partner", () -> registerPartner(stage));
        Identity app = steps.step("register the app", () -> stage.registerApp(name));
        String connection = steps.step("ask for a connection", () -> ask(stage, app));
        steps.step("approve", () -> post(stage, stage.approver(), connection, "/approve", Map.of()));
        String connectUrl = steps.step(
                "get the connect URL",
                () -> post(stage, app, connection, "/connect-url", Map.of()).text("connect_url"));
        String handle = steps.step(
                "consent in the browser, and be called by the partner", () -> consent(stage, connection, connectUrl));
        steps.step("confirm", () -> post(stage, app, connection, "/confirm", Map.of("handle", handle)));
        steps.step("become active", () -> new Patience(stage.broker()).untilActive(app, connection));
        URI api = stage.sandboxAddress().resolve(apiPath);
        Outcome outcome = new TokenUse(stage, app, connection, api).play(CallbackPartner::renewals);
        steps.step("refuse a stranger at the ConnectionURL", () -> refusesStrangers(stage, client));
        steps.step("keep secrets", () -> findNoSecret(stage));
        return outcome;
    }

    private static long renewals(Stage stage, JsonNode apiAnswer) {
        return stage.sandbox().refreshes(apiAnswer.path("family").asText());
    }

    private static Answer post(Stage stage, Identity who, String connection, String step, Map<String, ?> body)
            throws StepFailed {
        return stage.broker()
                .post(who, "/connections/" + connection + step, body)
                .expect(200);
    }

    /** First with us: our answer names what the partner has to be told. */
    private OurClient registerPartner(Stage stage) throws StepFailed {
        Map<String, String> addresses = new TreeMap<>();
        endpoints.forEach((endpoint, path) ->
                addresses.put(endpoint, stage.sandboxAddress().resolve(path).toString()));
        Map<String, Object> body = Map.of(
                "id",
                name,
                "catalog",
                name,
                "credentials",
                Map.of("partner_id", PARTNER_ID),
                "settings",
                Map.of("endpoints", addresses));
        Answer answer = stage.broker().post(stage.admin(), "/partners", body).expect(201);
        JsonNode madeUp = answer.json().path("credentials");
        OurClient client = new OurClient(
                madeUp.path("client_id").asText(), madeUp.path("client_secret").asText());
        stage.sandbox()
                .registerCalledClient(
                        sandboxName, client.id(), client.secret(), PARTNER_ID, answer.text("connection_url"));
        return client;
    }

    private String ask(Stage stage, Identity app) throws StepFailed {
        Map<String, Object> body = Map.of(
                "partner",
                name,
                "owner",
                "customer-17",
                "scopes",
                List.of(),
                "purpose",
                "watch the customer's noise sensors",
                "return_url",
                stage.returnPage().address().toString());
        return stage.broker().post(app, "/connections", body).expect(201).text("id");
    }

    private static String consent(Stage stage, String connection, String connectUrl) throws StepFailed {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(URI.create(connectUrl));
        browser.followAll();
        if (browser.page().status() != 200 || browser.page().forms().isEmpty()) {
            throw new StepFailed("answered " + browser.page().status() + " instead of the partner's consent page");
        }
        browser.allow(USER);
        browser.followAll();
        return stage.returnPage()
                .takeHandle(connection)
                .orElseThrow(() -> new StepFailed("no handle at the app's return URL, but "
                        + browser.page().uri().getPath() + " with "
                        + browser.page().status()));
    }

    private Boolean refusesStrangers(Stage stage, OurClient client) throws StepFailed {
        Map<String, String> guess = Map.of("client_id", client.id(), "client_secret", "guess", "code", "guess");
        stage.broker().call("/connection-url/" + name, guess).expect(401);
        return true;
    }

    private static String refreshToken(String body) {
        try {
            return JSON.readTree(body).path("refreshToken").asText();
        } catch (JsonProcessingException notJson) {
            return "";
        }
    }

    /** The partner knows what must stay between it and the broker; no answer of the broker may have held it. */
    private Boolean findNoSecret(Stage stage) throws StepFailed {
        List<String> refreshTokens = stage.sandbox().requests(sandboxName, "refresh").stream()
                .map(request -> refreshToken(request.body()))
                .toList();
        if (refreshTokens.isEmpty() || refreshTokens.contains("")) {
            throw new StepFailed("the partner saw no refresh token");
        }
        if (refreshTokens.stream().anyMatch(token -> stage.broker().everAnswered(token))) {
            throw new StepFailed("an answer of the broker held a secret");
        }
        return true;
    }
}
