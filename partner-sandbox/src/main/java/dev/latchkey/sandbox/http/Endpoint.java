package dev.latchkey.sandbox.http;

import java.util.Locale;

/** The doors of a partner, as faults and counters name them. */
public enum Endpoint {
    AUTHORIZE,
    TOKEN,
    REFRESH,
    REQUEST_TOKEN,
    ACCESS_TOKEN,
    REVOKE,
    API,
    LOGIN,
    TOKEN_CREATE,
    TOKEN_EXCHANGE,
    JWKS,
    METADATA;

    /** The lower-case name used in JSON. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the lower-case name used in JSON. */
    public static Endpoint of(String label) {
        for (Endpoint endpoint : values()) {
            if (endpoint.label().equals(label)) {
                return endpoint;
            }
        }
        throw new Refusal(400, "invalid_request", "unknown endpoint " + label);
    }
}
