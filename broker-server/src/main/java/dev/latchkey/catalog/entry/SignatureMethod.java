package dev.latchkey.catalog.entry;

import java.util.Arrays;
import java.util.Optional;

/** The values of {@code oauth_signature_method} (RFC 5849 section 3.4, and the same with SHA-256). */
public enum SignatureMethod {
    /** Section 3.4.2. */
    HMAC_SHA1("HMAC-SHA1", false),
    /** Section 3.4.2 with SHA-256. */
    HMAC_SHA256("HMAC-SHA256", false),
    /** Section 3.4.3. */
    RSA_SHA1("RSA-SHA1", true),
    /** Section 3.4.3 with SHA-256. */
    RSA_SHA256("RSA-SHA256", true),
    /** Section 3.4.4: over TLS only. */
    PLAINTEXT("PLAINTEXT", false);

    private final String wireName;
    private final boolean signsWithKey;

    SignatureMethod(String wireName, boolean signsWithKey) {
        this.wireName = wireName;
        this.signsWithKey = signsWithKey;
    }

    /** Whether our private key signs, rather than a shared secret. */
    public boolean signsWithKey() {
        return signsWithKey;
    }

    /** The name on the wire, in YAML and JSON. */
    public String wireName() {
        return wireName;
    }

    /** The method of that name. */
    public static Optional<SignatureMethod> of(String wireName) {
        return Arrays.stream(values())
                .filter(it -> it.wireName.equals(wireName))
                .findFirst();
    }
}
