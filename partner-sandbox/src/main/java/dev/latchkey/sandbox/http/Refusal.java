package dev.latchkey.sandbox.http;

/** A request that is turned down: HTTP status, error code and the reason that the counters keep. */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String error;

    public Refusal(int status, String error, String reason) {
        super(reason, null, false, false);
        this.status = status;
        this.error = error;
    }

    public int status() {
        return status;
    }

    /** The error code, for OAuth 2 one of RFC 6749 s.5.2 or RFC 6750 s.3.1. */
    public String error() {
        return error;
    }

    /** Why, in plain words; public, because everything in the sandbox is fake. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
