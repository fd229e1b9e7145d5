package dev.latchkey.keycloak.exchange;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request of RFC 8693 section 2.1 for something of the broker's, as far as it is passed on. The broker judges what is
 * asked for; here only what decides about Keycloak's own part is looked at.
 *
 * @param passedOn the parameters that the broker gets
 * @param subjectToken what the app sent as its own token
 */
record ExchangeRequest(Map<String, String> passedOn, Optional<String> subjectToken) {

    private static final String OURS = "urn:latchkey:";
    private static final int LONGEST = 2048;
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String JWT = "urn:ietf:params:oauth:token-type:jwt";

    /** What the request lacks or has too much of; the text is for the app. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }

    ExchangeRequest {
        passedOn = Map.copyOf(passedOn);
    }

    /** Whether it names something of the broker's; all other exchanges are Keycloak's own. */
    static boolean isOurs(Map<String, List<String>> form) {
        return form.getOrDefault("resource", List.of()).stream().anyMatch(it -> it != null && it.startsWith(OURS));
    }

    static ExchangeRequest of(Map<String, List<String>> form) throws MalformedException {
        Map<String, String> passedOn = new LinkedHashMap<>();
        for (String name : List.of("grant_type", "resource", "audience", "scope", "requested_token_type")) {
            single(form, name).ifPresent(value -> passedOn.put(name, value));
        }
        if (single(form, "actor_token").isPresent()) {
            throw new MalformedException("actor_token is not supported here.");
        }
        Optional<String> token = single(form, "subject_token");
        Optional<String> type = single(form, "subject_token_type");
        if (token.isPresent() != type.isPresent()
                || type.stream().anyMatch(it -> !it.equals(ACCESS_TOKEN) && !it.equals(JWT))) {
            throw new MalformedException("subject_token comes with its subject_token_type, an access token or JWT.");
        }
        return new ExchangeRequest(passedOn, token);
    }

    /** What is asked for, for the event; an id, no credential. */
    String target() {
        String resource = passedOn.getOrDefault("resource", "");
        return resource.substring(0, Math.min(resource.length(), 200));
    }

    private static Optional<String> single(Map<String, List<String>> form, String name) throws MalformedException {
        List<String> values = form.getOrDefault(name, List.of());
        // RFC 6749 section 3.2: no parameter twice. RFC 8693 would allow two targets; one token serves one connection.
        if (values.size() > 1) {
            throw new MalformedException(name + " comes twice.");
        }
        Optional<String> value =
                values.stream().filter(it -> it != null && !it.isEmpty()).findFirst();
        if (!name.equals("subject_token") && value.stream().anyMatch(it -> it.length() > LONGEST)) {
            throw new MalformedException(name + " is too long.");
        }
        return value;
    }

    @Override
    public String toString() {
        return "ExchangeRequest[" + target() + "]";
    }
}
