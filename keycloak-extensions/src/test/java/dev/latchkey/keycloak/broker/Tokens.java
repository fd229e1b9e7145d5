package dev.latchkey.keycloak.broker;

/** Tokens that no Keycloak made, for tests of what carries them. */
public final class Tokens {

    private Tokens() {}

    /** One with this text. */
    public static OwnToken named(String text) {
        return OwnToken.ofText(text);
    }
}
