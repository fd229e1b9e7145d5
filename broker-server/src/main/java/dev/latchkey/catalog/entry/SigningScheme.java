package dev.latchkey.catalog.entry;

import java.util.Locale;
import java.util.Set;

/**
 * How single requests are signed at a partner that takes no token; each has one class in {@code
 * dev.latchkey.signing.scheme}.
 */
public enum SigningScheme {
    /** Requests carry a token or cookies; nothing is signed. */
    NONE(Set.of()),
    /** RFC 5849 section 3. */
    OAUTH1(Set.of("consumer_key", "consumer_secret", "private_key")),
    /** A form with the key and a nonce in front, and a MAC over all of it as its last parameter. */
    FORM_SEAL(Set.of("api_key", "api_secret")),
    /** JSON-RPC calls with the key, an increasing nonce and a digest among their parameters. */
    JSON_RPC_NONCE(Set.of("api_key", "api_secret"));

    private final Set<String> credentialFields;

    SigningScheme(Set<String> credentialFields) {
        this.credentialFields = credentialFields;
    }

    /** What a registration brings for signing. */
    public Set<String> credentialFields() {
        return credentialFields;
    }

    /** The name in YAML and JSON. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
