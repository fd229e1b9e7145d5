package dev.latchkey.vault.kv2;

/** What wraps our SecretID was opened by somebody else, or is not what it should be. The broker must not start. */
final class SecretIdInterceptedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    SecretIdInterceptedException(String message) {
        super("secret_id_intercepted: " + message);
    }
}
