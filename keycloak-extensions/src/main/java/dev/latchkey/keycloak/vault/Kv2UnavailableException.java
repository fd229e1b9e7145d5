package dev.latchkey.keycloak.vault;

/** The server cannot be asked, or does not answer as it should. The message holds nothing of an answer. */
final class Kv2UnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Kv2UnavailableException(String reason) {
        super("the vault cannot be read: " + reason);
    }
}
