package dev.latchkey.handshake;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;

/**
 * One protocol by which a partner gives us a credential. Implementations are final, stateless and thread-safe, live in
 * {@code handshake.protocol} and pass {@code HandshakeContract}. Abilities that not every protocol has are interfaces of
 * their own: {@link Refreshable}, {@link Revocable}, {@link Importable}.
 *
 * <p>Failures are {@link dev.latchkey.problem.BrokerException}s whose type tells the caller what to do.
 */
public interface Handshake {

    /** Which kind of catalog row this protocol serves; one class per kind. */
    HandshakeKind kind();

    /**
     * The first step. The engine has made {@code state}, which must come back in the callback.
     *
     * @param context the partner and what was approved
     * @param state the value to give to the partner, 256 random bits
     */
    HandshakeStep begin(HandshakeContext context, Secret state);

    /**
     * Reads a browser's return before anything is looked up or sent. The default is that of OAuth 2.0 (RFC 6749 section
     * 4.1.2): {@code state}, and either {@code code} or {@code error}.
     *
     * @throws dev.latchkey.problem.BrokerException {@code state_invalid} if it names no flow, {@code invalid_request} if
     *     its parameters are not complete
     */
    default BrowserReturn read(CatalogEntry profile, Callback callback) {
        return CodeReturn.read(callback);
    }

    /**
     * The last step, after the engine has checked state, browser, registration and issuer, and that this is the first
     * return.
     *
     * @param context the partner and what was approved
     * @param callback what the partner sent along with the browser
     * @param memo what {@link #begin} asked to be remembered
     */
    Credential complete(HandshakeContext context, Callback callback, SecretFields memo);
}
