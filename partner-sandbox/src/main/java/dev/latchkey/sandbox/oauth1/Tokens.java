package dev.latchkey.sandbox.oauth1;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Consumers, rules, request tokens, access tokens and used nonces of every partner. Thread-safe. */
public final class Tokens {

    private static final Duration LIFE = Duration.ofMinutes(10);

    /** A request token; {@code user} and {@code verifier} come with the consent. */
    record RequestToken(
            String value,
            String secret,
            Consumer consumer,
            String callback,
            Instant expires,
            Optional<String> user,
            Optional<String> verifier) {}

    /**
     * An access token.
     *
     * @param user whose account it opens
     * @param preset whether it was handed over by hand
     */
    public record AccessToken(
            String partner, String value, String secret, String consumerKey, String user, boolean preset) {}

    private record Nonce(String consumer, String token, String timestamp, String value) {}

    private final Map<String, Consumer> consumers = new ConcurrentHashMap<>();
    private final Map<String, Rules> rules = new ConcurrentHashMap<>();
    private final Map<String, RequestToken> requestTokens = new ConcurrentHashMap<>();
    private final Map<String, AccessToken> accessTokens = new ConcurrentHashMap<>();
    private final Map<Nonce, Instant> nonces = new ConcurrentHashMap<>();

    public void register(Consumer consumer) {
        consumers.put(consumer.partner() + "\n" + consumer.key(), consumer);
    }

    /** Makes a token valid. */
    public void keep(AccessToken token) {
        accessTokens.put(token.value(), token);
    }

    /** Ends the tokens of a user, as one does who withdraws consent at the partner. */
    public void end(String partner, String user) {
        accessTokens
                .values()
                .removeIf(
                        token -> token.partner().equals(partner) && token.user().equals(user));
    }

    public void setRules(String partner, Rules changed) {
        rules.put(partner, changed);
    }

    public Rules rules(String partner, Rules otherwise) {
        return rules.getOrDefault(partner, otherwise);
    }

    Optional<Consumer> consumer(String partner, String key) {
        return Optional.ofNullable(consumers.get(partner + "\n" + key));
    }

    RequestToken open(String value, String secret, Consumer consumer, String callback, Instant now) {
        requestTokens.values().removeIf(old -> old.expires().isBefore(now));
        var token =
                new RequestToken(value, secret, consumer, callback, now.plus(LIFE), Optional.empty(), Optional.empty());
        requestTokens.put(value, token);
        return token;
    }

    Optional<RequestToken> requestToken(String partner, String value, Instant now) {
        return Optional.ofNullable(requestTokens.get(value))
                .filter(token -> token.consumer().partner().equals(partner) && now.isBefore(token.expires()));
    }

    /** Notes a consent; false if one was noted already. */
    boolean consent(RequestToken token, String user, String verifier) {
        var consented = new RequestToken(
                token.value(),
                token.secret(),
                token.consumer(),
                token.callback(),
                token.expires(),
                Optional.of(user),
                Optional.of(verifier));
        return requestTokens.replace(token.value(), token, consented);
    }

    /** Takes a request token out, once. */
    boolean spend(RequestToken token) {
        return requestTokens.remove(token.value(), token);
    }

    Optional<AccessToken> accessToken(String partner, String value) {
        return Optional.ofNullable(accessTokens.get(value))
                .filter(token -> token.partner().equals(partner));
    }

    /** Whether this combination is seen for the first time (RFC 5849 s.3.3). */
    boolean isNew(String consumer, String token, String timestamp, String nonce, Instant now) {
        nonces.values().removeIf(seen -> seen.isBefore(now.minus(Duration.ofHours(1))));
        return nonces.putIfAbsent(new Nonce(consumer, token, timestamp, nonce), now) == null;
    }

    /** Forgets everything but the consumers and rules. */
    public void clear() {
        requestTokens.clear();
        accessTokens.values().removeIf(token -> !token.preset());
        nonces.clear();
    }

    /** Forgets the consumers, with the tokens that were handed over to them. */
    public void clearConsumers() {
        consumers.clear();
        accessTokens.clear();
    }

    /** Every partner is by the book again. */
    public void clearRules() {
        rules.clear();
    }
}
