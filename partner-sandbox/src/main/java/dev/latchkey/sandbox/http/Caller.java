package dev.latchkey.sandbox.http;

import java.util.Optional;

/** Who a request claims to be about; read leniently and before any check, so that faults can be aimed and hits counted. */
public record Caller(Optional<String> clientId, Optional<String> family, Optional<String> user) {

    private static final Caller UNKNOWN = new Caller(Optional.empty(), Optional.empty(), Optional.empty());

    /** A caller of whom nothing is known. */
    public static Caller unknown() {
        return UNKNOWN;
    }

    /** A caller of whom only the client is known. */
    public static Caller client(Optional<String> clientId) {
        return new Caller(clientId, Optional.empty(), Optional.empty());
    }
}
