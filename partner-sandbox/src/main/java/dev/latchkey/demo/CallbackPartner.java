package dev.latchkey.demo;

import com.fasterxml.jackson.databind.JsonNode;
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

    private static final String USER = "nora";
    private static final String PARTNER_ID = "demo-partner";

    /** What the broker made up, to be told to the partner. */
    private record OurClient(String id, String secret) {}

    @Override
    public Outcome play(Stage stage) throws StepFailed {
        Steps steps = stage.steps();
        OurClient client = steps.step("register the partner", () -> registerPartner(stage));
        Connecting way = Connecting.ask(stage, name, wish(), true);
        way.approve();
        way.consent(USER);
        way.becomeActive();
        URI api = stage.sandboxAddress().resolve(apiPath);
        Outcome outcome = new TokenUse(way, api).play(CallbackPartner::renewals);
        steps.step("refuse a stranger at the ConnectionURL", () -> refusesStrangers(stage, client));
        steps.step("keep secrets", () -> findNoSecret(stage));
        return outcome;
    }

    private static long renewals(Stage stage, JsonNode apiAnswer) {
        return stage.sandbox().refreshes(apiAnswer.path("family").asText());
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

    private Map<String, ?> wish() {
        return Map.of("owner", "customer-17", "scopes", List.of(), "purpose", "watch the customer's noise sensors");
    }

    private Boolean refusesStrangers(Stage stage, OurClient client) throws StepFailed {
        Map<String, String> guess = Map.of("client_id", client.id(), "client_secret", "guess", "code", "guess");
        stage.broker().call("/connection-url/" + name, guess).expect(401);
        return true;
    }

    private static String refreshToken(String body) {
        return Wire.json(body).path("refreshToken").asText();
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
