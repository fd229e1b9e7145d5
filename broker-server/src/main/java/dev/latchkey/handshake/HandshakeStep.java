package dev.latchkey.handshake;

import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.net.URI;

/** What the first step of a handshake leads to. */
public sealed interface HandshakeStep {

    /**
     * The browser goes to the partner.
     *
     * @param location where to
     * @param memo what the last step needs; kept in the vault until the browser is back
     */
    record Redirect(URI location, SecretFields memo) implements HandshakeStep {}

    /**
     * Nothing more is needed.
     *
     * @param credential what the partner gave
     */
    record Finished(Credential credential) implements HandshakeStep {}
}
