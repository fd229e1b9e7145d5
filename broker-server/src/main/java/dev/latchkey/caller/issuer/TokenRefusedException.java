package dev.latchkey.caller.issuer;

/** A token is not what it must be. The reason is for the log; it holds nothing of the token. */
final class TokenRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    TokenRefusedException(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
