package dev.latchkey.secret;

/** Why a secret is read. One search for {@code reveal(} finds every place that a secret leaves its type. */
public enum Purpose {
    /** It is encrypted or written to the vault. */
    STORE,
    /** It is sent to the partner that it belongs to, or signs a request to that partner. */
    SEND_TO_PARTNER,
    /** It is handed to an app that is entitled to it. */
    HAND_OUT,
    /** It was made by us and is shown to its owner, once. */
    SHOW_ONCE,
    /** Its digest or fingerprint is computed; the value itself goes nowhere. */
    DIGEST
}
