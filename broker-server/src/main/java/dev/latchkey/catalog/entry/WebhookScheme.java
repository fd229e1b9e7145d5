package dev.latchkey.catalog.entry;

import java.util.Optional;

/**
 * How a partner calls our webhook: one of the members of a row. Immutable.
 *
 * @param challengeHeader the header field whose value the partner wants back when the URL is saved; absent if it asks
 *     for nothing
 * @param signature how its events are signed; absent if it signs none, which makes them {@code unsigned}
 */
public record WebhookScheme(Optional<String> challengeHeader, Optional<Signature> signature) {

    /**
     * HMAC-SHA256 in lower-case hex. It covers the raw body; before that, each followed by a dot, the id and the time of
     * the message where the partner sends them (as in Standard Webhooks).
     *
     * @param header the header field of the signature
     * @param credential the name of the credential that is the key
     * @param idHeader the header field of the message's id, the same over all attempts
     * @param timestampHeader the header field of the attempt's time in seconds since 1970
     */
    public record Signature(
            String header, String credential, Optional<String> idHeader, Optional<String> timestampHeader) {}
}
