package dev.latchkey.handshake.protocol;

import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * An account of our own whose key signs every request: there is nothing to be fetched, and nothing that could end. What
 * signs is in {@code dev.latchkey.signing.scheme}.
 */
@ApplicationScoped
final class ApiKeyHandshake implements Handshake {

    @Override
    public HandshakeKind kind() {
        return HandshakeKind.API_KEY;
    }

    @Override
    public HandshakeStep begin(HandshakeContext context, Secret state) {
        return new HandshakeStep.Finished(new Credential.Registered());
    }

    @Override
    public Credential complete(HandshakeContext context, Callback callback, SecretFields memo) {
        throw Handshakes.noBrowser();
    }
}
