package dev.latchkey.testkit;

import dev.latchkey.testkit.BrokerApi.Answer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The partner of a story where the partner calls us: the sandbox's NoiseAware, with a client of the story's own.
 *
 * @param clientId ours, made up by the broker
 * @param clientSecret the same
 */
public record CalledPartner(Story story, String clientId, String clientSecret) {

    /** The sandbox's name for it; all stories share the partner, each has its own client. */
    public static final String SANDBOX_NAME = "noiseaware";

    /** Registers the catalog row {@code noiseaware} under the story's id, and the broker at the sandbox. */
    public static CalledPartner registered(Story story) {
        return registered(story, "noiseaware");
    }

    /** The same for another catalog row that is spoken alike. */
    public static CalledPartner registered(Story story, String catalog) {
        Answer answer = story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                story.partner(),
                                "catalog",
                                catalog,
                                "credentials",
                                Map.of("partner_id", "partner-" + story.mark()),
                                "settings",
                                Map.of("endpoints", endpoints())))
                .expect(201);
        CalledPartner partner = new CalledPartner(
                story,
                answer.json().path("credentials").path("client_id").asText(),
                answer.json().path("credentials").path("client_secret").asText());
        story.control()
                .registerCalledClient(
                        SANDBOX_NAME,
                        partner.clientId(),
                        partner.clientSecret(),
                        "partner-" + story.mark(),
                        answer.text("connection_url"));
        return partner;
    }

    /** Where the sandbox plays it. */
    public static Map<String, String> endpoints() {
        String at = BrokerStack.sandbox().toString();
        return Map.of(
                "authorization_endpoint", at + "/noiseaware/authorize",
                "token_endpoint", at + "/noiseaware/token",
                "refresh_endpoint", at + "/noiseaware/token/refresh",
                "api_base", at + "/noiseaware-api");
    }

    /** The body with which the partner calls us. */
    public Map<String, Object> body(String code) {
        return new TreeMap<>(Map.of("client_id", clientId, "client_secret", clientSecret, "code", code));
    }

    /** Calls the ConnectionURL of a registration as the partner does. */
    public static Answer call(String registration, Map<String, ?> body) {
        return BrokerApi.anonymous(BrokerStack.broker()).post("/connection-url/" + registration, body);
    }

    /** Calls our own ConnectionURL with a code. */
    public Answer call(String code) {
        return call(story.partner(), body(code));
    }

    /** How many times the token endpoint was asked by our client. */
    public long tokenRequests() {
        return asked("token");
    }

    /** How many times our client asked for a renewal. */
    public long refreshRequests() {
        return asked("refresh");
    }

    private long asked(String endpoint) {
        return story.control().requests(SANDBOX_NAME, endpoint).stream()
                .filter(request -> request.body().contains("\"" + clientId + "\""))
                .count();
    }
}
