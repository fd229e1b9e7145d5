package dev.latchkey.refresh;

import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.RefreshSemantics.Rotation;
import dev.latchkey.vault.Credential;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What a renewal spends of a credential. Stateless. */
final class Spent {

    private Spent() {}

    /**
     * By which a credential is recognised: it changes with every renewal, and with nothing else. The access token is part
     * of it, because a partner that does not rotate changes only that.
     */
    static byte[] sha256(Credential credential) {
        return switch (credential) {
            case Credential.OAuth2 tokens ->
                tokens.refreshToken()
                        .map(refresh ->
                                both(refresh.sha256(), tokens.accessToken().sha256()))
                        .orElseGet(() -> tokens.accessToken().sha256());
            case Credential.Session session -> session.handle().sha256();
            case Credential.OAuth1 tokens -> tokens.token().sha256();
            case Credential.Registered registered -> new byte[0];
        };
    }

    /** Whether two credentials are the same. */
    static boolean same(Credential one, Credential other) {
        return MessageDigest.isEqual(sha256(one), sha256(other));
    }

    /** What becomes of the credential at the partner when it is sent; where there is no refresh token, nothing. */
    static Rotation rotation(Credential credential, RefreshSemantics semantics) {
        boolean spends = credential instanceof Credential.OAuth2 tokens
                && tokens.refreshToken().isPresent();
        return spends ? semantics.rotation() : Rotation.NONE;
    }

    private static byte[] both(byte[] first, byte[] second) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(first);
            return digest.digest(second);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
