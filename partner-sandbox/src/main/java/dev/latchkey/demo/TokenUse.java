package dev.latchkey.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;
import java.util.function.ToLongBiFunction;

/** What an app does with an active connection: takes a token again and again, and calls the partner with it. */
final class TokenUse {
    private static final int ASKED_AGAIN = 3;

    private final Stage stage;
    private final Identity app;
    private final String connection;
    private final URI api;

    TokenUse(Connecting way, URI api) {
        this.stage = way.stage();
        this.app = way.app();
        this.connection = way.connection();
        this.api = api;
    }

    /**
     * Takes a token, uses it, forces a renewal by asking for more life than is left, and uses the new one.
     *
     * @param renewals counts at the partner what was renewed, given the partner's API answer
     */
    DemoPartner.Outcome play(ToLongBiFunction<Stage, JsonNode> renewals) throws StepFailed {
        Steps steps = stage.steps();
        Answer first = steps.step("take a token", () -> token(Map.of()));
        JsonNode served = steps.step("call the partner", () -> callPartner(first));
        steps.step("take it again", this::takeItAgain);
        long before = steps.step("count renewals", () -> renewals.applyAsLong(stage, served));
        long life = first.seconds("expires_in");
        Answer renewed = steps.step("force a renewal", () -> {
            Patience.pause(Patience.AGE);
            return token(Map.of("min_ttl", life - Patience.SLACK));
        });
        steps.step("call the partner with the new token", () -> callPartner(renewed));
        long after = steps.step(
                "see one renewal at the partner", () -> exactlyOneMore(before, renewals.applyAsLong(stage, served)));
        return new DemoPartner.Outcome(after, life, app, connection);
    }

    private Answer token(Map<String, ?> body) throws StepFailed {
        Answer answer = stage.broker()
                .post(app, "/connections/" + connection + "/token", body)
                .expect(200);
        answer.text("access_token");
        answer.seconds("expires_in");
        if (answer.json().has("refresh_token")) {
            throw new StepFailed("the answer holds a refresh token");
        }
        return answer;
    }

    private Boolean takeItAgain() throws StepFailed {
        for (int i = 0; i < ASKED_AGAIN; i++) {
            token(Map.of());
        }
        return true;
    }

    private JsonNode callPartner(Answer token) throws StepFailed {
        return Wire.callPartner(HttpRequest.newBuilder(api)
                .header(token.json().path("header_name").asText("Authorization"), value(token)));
    }

    /** A bearer token says so in front of it; one that goes into a header of its own stands there alone. */
    private static String value(Answer token) throws StepFailed {
        String bare = token.text("access_token");
        return token.json().has("header_name") ? bare : "Bearer " + bare;
    }

    private static long exactlyOneMore(long before, long after) throws StepFailed {
        if (after != before + 1) {
            throw new StepFailed("the partner counted " + before + " renewals before and " + after + " after");
        }
        return after;
    }
}
