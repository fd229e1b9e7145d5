package dev.latchkey.sandbox.oauth1;

import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.oauth2.World;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Checks a signed request in the order of RFC 5849 s.3.2; every refusal has its own reason in the counters. Thread-safe.
 */
final class Verifier {

    /** What a signed request proved. */
    record Proven(Consumer consumer, SignedRequest request) {}

    private final String partner;
    private final World world;

    Verifier(String partner, World world) {
        this.partner = partner;
        this.world = world;
    }

    /**
     * Verifies.
     *
     * @param tokenSecret finds the secret of a token, or refuses; empty text for no token
     */
    Proven verify(Request request, Rules rules, Function<SignedRequest, String> tokenSecret) {
        SignedRequest signed = SignedRequest.read(request);
        if (signed.place() != rules.place()) {
            throw new Refusal(
                    400,
                    "parameter_rejected",
                    "parameters must travel in the " + rules.place().label());
        }
        Consumer consumer = world.oauth1()
                .consumer(partner, signed.required("oauth_consumer_key"))
                .orElseThrow(() -> new Refusal(401, "consumer_key_unknown", "consumer key unknown"));
        if (!signed.required("oauth_signature_method").equals(rules.method())) {
            throw new Refusal(400, "signature_method_rejected", "signature method must be " + rules.method());
        }
        checkVersion(signed);
        String secret = tokenSecret.apply(signed);
        checkTimestamp(signed, rules);
        String base = BaseString.of(request, signed.all());
        if (!SignatureCheck.holds(rules.method(), consumer, secret, base, signed.required("oauth_signature"))) {
            throw new Refusal(401, "signature_invalid", "signature does not verify");
        }
        checkNonce(signed);
        return new Proven(consumer, signed);
    }

    private static void checkVersion(SignedRequest signed) {
        Optional<String> version = Optional.ofNullable(signed.protocol().get("oauth_version"));
        if (version.filter(value -> !value.equals("1.0")).isPresent()) {
            throw new Refusal(400, "version_rejected", "oauth_version must be 1.0");
        }
    }

    private void checkTimestamp(SignedRequest signed, Rules rules) {
        String text = signed.required("oauth_timestamp");
        if (!text.matches("[1-9][0-9]{0,11}")) {
            throw new Refusal(400, "parameter_rejected", "oauth_timestamp is no positive integer");
        }
        Instant stated = Instant.ofEpochSecond(Long.parseLong(text));
        Instant now = world.clock().instant().plus(rules.clockAhead());
        if (stated.isBefore(now.minus(rules.window())) || stated.isAfter(now.plus(rules.window()))) {
            throw new Refusal(401, "timestamp_refused", "timestamp refused");
        }
    }

    private void checkNonce(SignedRequest signed) {
        boolean isNew = world.oauth1()
                .isNew(
                        signed.required("oauth_consumer_key"),
                        signed.protocol().getOrDefault("oauth_token", ""),
                        signed.required("oauth_timestamp"),
                        signed.required("oauth_nonce"),
                        world.clock().instant());
        if (!isNew) {
            throw new Refusal(401, "nonce_used", "nonce used twice");
        }
    }
}
