package dev.latchkey.secret;

/**
 * Turns a secret into a short mark by which two records can be seen to be about the same secret: HMAC-SHA-256 under a
 * key of this installation, so that the mark cannot be looked up in a table. Thread-safe.
 */
public interface Fingerprinter {

    /** The first 128 bits of the HMAC in lower-case hex (32 characters). */
    String fingerprint(Secret secret);
}
