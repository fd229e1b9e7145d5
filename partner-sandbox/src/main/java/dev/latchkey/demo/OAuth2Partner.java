package dev.latchkey.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.client.SeenRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A partner of the OAuth 2 family.
 *
 * @param name catalog id, also the id of our registration
 * @param sandboxName how the sandbox calls the partner that it plays
 * @param consent whether a user consents in a browser; else the account is our own (client credentials)
 * @param scopes what the app asks for
 * @param endpoints names of endpoints and their paths at the sandbox
 * @param apiPath a call that the access token opens
 */
record OAuth2Partner(
        String name,
        String sandboxName,
        boolean consent,
        List<String> scopes,
        Map<String, String> endpoints,
        String apiPath)
        implements DemoPartner {
    private static final String USER = "alice";
    private static final SecureRandom RANDOM = new SecureRandom();

    @Override
    public Outcome play(Stage stage) throws StepFailed {
        Steps steps = stage.steps();
        String secret = newSecret();
        steps.step("register the partner", () -> registerPartner(stage, secret));
        Connecting way = Connecting.ask(stage, name, wish(), consent);
        way.approve();
        if (consent) {
            way.consent(USER);
        }
        way.becomeActive();
        TokenUse use = new TokenUse(way, api(stage));
        Outcome outcome = use.play(this::renewals);
        steps.step("keep secrets", () -> findNoSecret(stage, secret));
        return outcome;
    }

    private String clientId() {
        return "latchkey-" + name;
    }

    private static String newSecret() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private URI api(Stage stage) {
        return stage.sandboxAddress().resolve(apiPath);
    }

    /** First with us, because our answer names the redirect URI that the partner has to know. */
    private Answer registerPartner(Stage stage, String secret) throws StepFailed {
        Map<String, String> addresses = new TreeMap<>();
        endpoints.forEach((endpoint, path) ->
                addresses.put(endpoint, stage.sandboxAddress().resolve(path).toString()));
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
                                Map.of("client_id", clientId(), "client_secret", secret),
                                "settings",
                                Map.of("endpoints", addresses)))
                .expect(201);
        String[] redirectUris = consent ? new String[] {answer.text("redirect_uri")} : new String[0];
        stage.sandbox().registerClient(sandboxName, clientId(), secret, redirectUris);
        return answer;
    }

    private Map<String, ?> wish() {
        return Map.of("owner", "customer-17", "scopes", scopes, "purpose", "show the customer's orders");
    }

    /** How many further access tokens the partner issued: refreshes, or client credentials once more. */
    private long renewals(Stage stage, JsonNode apiAnswer) {
        if (consent) {
            return stage.sandbox().refreshes(apiAnswer.path("family").asText());
        }
        return stage.sandbox().requests(sandboxName, "token").stream()
                        .filter(this::isOurs)
                        .count()
                - 1;
    }

    /** Whether our client asked, by RFC 6749 section 2.3.1: in the form, or by HTTP Basic. */
    private boolean isOurs(SeenRequest request) {
        String basic = request.header("authorization")
                .filter(value -> value.startsWith("Basic "))
                .map(value -> new String(
                        Base64.getDecoder().decode(value.substring("Basic ".length())), StandardCharsets.UTF_8))
                .orElse("");
        return basic.startsWith(clientId() + ":")
                || request.formValue("client_id").filter(clientId()::equals).isPresent();
    }

    /** The partner knows what must stay between it and the broker; no answer of the broker may have held it. */
    private Boolean findNoSecret(Stage stage, String secret) throws StepFailed {
        List<String> refreshTokens = stage.sandbox().requests(sandboxName, "refresh").stream()
                .map(request -> request.formValue("refresh_token"))
                .flatMap(Optional::stream)
                .toList();
        if (consent && refreshTokens.isEmpty()) {
            throw new StepFailed("the partner saw no refresh token");
        }
        if (stage.broker().everAnswered(secret)
                || refreshTokens.stream().anyMatch(token -> stage.broker().everAnswered(token))) {
            throw new StepFailed("an answer of the broker held a secret");
        }
        return true;
    }
}
