package dev.latchkey.keycloak.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.keycloak.broker.BrokerAnswer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the app gets for what the broker said: the members of RFC 8693 section 2.2.1 and no others, or an error of RFC
 * 6749 section 5.2.
 */
sealed interface ExchangeAnswer {

    /** The partner's token; {@code members} hold it, so they are shown nowhere. */
    record Granted(Map<String, Object> members) implements ExchangeAnswer {
        @Override
        public String toString() {
            return "Granted[…]";
        }
    }

    /**
     * A refusal.
     *
     * @param reason for Keycloak's event and log
     * @param retryAfter seconds
     */
    record Refused(int status, String error, String description, String reason, Optional<String> retryAfter)
            implements ExchangeAnswer {

        static Refused of(int status, String error, String description) {
            return new Refused(status, error, description, description, Optional.empty());
        }
    }

    /** Pure; never throws. */
    static ExchangeAnswer of(BrokerAnswer answer) {
        if (answer instanceof BrokerAnswer.Answered answered) {
            return answered.status() == 200 ? granted(answered) : refused(answered);
        }
        String reason = answer instanceof BrokerAnswer.Unavailable gone ? gone.reason() : "";
        return Reading.away("Latchkey cannot be reached: " + reason, Optional.of("5"));
    }

    private static ExchangeAnswer granted(BrokerAnswer.Answered answered) {
        JsonNode body = Reading.object(answered.body());
        boolean whole = Reading.MUST.stream().allMatch(it -> body.path(it).isTextual())
                && body.path("expires_in").isIntegralNumber();
        if (!whole) {
            return Reading.away("Latchkey's answer is no token", Optional.empty());
        }
        Map<String, Object> members = new LinkedHashMap<>();
        Reading.TEXTS.stream()
                .filter(it -> body.path(it).isTextual())
                .forEach(it -> members.put(it, body.path(it).textValue()));
        members.put("expires_in", body.path("expires_in").longValue());
        if (body.path("warnings").isArray()) {
            members.put("warnings", Reading.texts(body.path("warnings")));
        }
        return new Granted(members);
    }

    private static ExchangeAnswer refused(BrokerAnswer.Answered answered) {
        JsonNode body = Reading.object(answered.body());
        String error = body.path("error").asText();
        if (answered.status() == 401 || error.equals("invalid_client")) {
            String reason = "Latchkey does not accept tokens of this realm: compare its issuer and audience";
            return new Refused(500, "server_error", "Latchkey and Keycloak disagree.", reason, Optional.empty());
        }
        if (answered.status() >= 400 && answered.status() < 429 && Reading.PASSED_ON.contains(error)) {
            String description = Reading.plain(body.path("error_description").asText());
            return new Refused(400, error, description, error + " by Latchkey", Optional.empty());
        }
        return Reading.away("Latchkey answers " + answered.status(), answered.retryAfter());
    }

    /** How the broker's bodies are read. */
    final class Reading {
        private static final ObjectMapper JSON = new ObjectMapper();
        private static final Set<String> PASSED_ON = Set.of(
                "invalid_request",
                "invalid_grant",
                "invalid_scope",
                "invalid_target",
                "unauthorized_client",
                "unsupported_grant_type");
        private static final List<String> MUST = List.of("access_token", "issued_token_type", "token_type");
        private static final List<String> TEXTS =
                List.of("access_token", "issued_token_type", "token_type", "header_name", "scope");

        private Reading() {}

        private static JsonNode object(byte[] body) {
            try {
                JsonNode read = JSON.readTree(body);
                return read == null ? JSON.createObjectNode() : read;
            } catch (IOException e) {
                return JSON.createObjectNode();
            }
        }

        private static List<String> texts(JsonNode array) {
            List<String> texts = new java.util.ArrayList<>();
            array.forEach(each -> texts.add(each.asText()));
            return texts;
        }

        /** RFC 6749 section 5.2: no quotation mark, no backslash, nothing outside printable ASCII. */
        private static String plain(String text) {
            String shortened = text.substring(0, Math.min(text.length(), 300));
            return shortened.replaceAll("[^\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]", "?");
        }

        private static Refused away(String reason, Optional<String> retryAfter) {
            return new Refused(503, "temporarily_unavailable", "Try again later.", reason, retryAfter);
        }
    }
}
