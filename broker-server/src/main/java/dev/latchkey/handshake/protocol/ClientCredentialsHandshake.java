package dev.latchkey.handshake.protocol;

import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.handshake.Revocable;
import dev.latchkey.handshake.protocol.answer.TokenAnswer;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * The client credentials grant (RFC 6749 section 4.4): our own account at the partner, no browser. Renewed by asking
 * again; a refresh token is not expected, and not kept if one comes (section 4.4.3).
 */
@ApplicationScoped
final class ClientCredentialsHandshake implements Handshake, Refreshable, Revocable {

    private final TokenEndpoint tokenEndpoint;
    private final RevocationEndpoint revocationEndpoint;

    ClientCredentialsHandshake(TokenEndpoint tokenEndpoint, RevocationEndpoint revocationEndpoint) {
        this.tokenEndpoint = tokenEndpoint;
        this.revocationEndpoint = revocationEndpoint;
    }

    @Override
    public HandshakeKind kind() {
        return HandshakeKind.CLIENT_CREDENTIALS;
    }

    @Override
    public HandshakeStep begin(HandshakeContext context, Secret state) {
        return new HandshakeStep.Finished(withoutRefreshToken(ask(context).orThrow(), context));
    }

    @Override
    public Credential complete(HandshakeContext context, Callback callback, SecretFields memo) {
        throw Handshakes.noBrowser();
    }

    @Override
    public boolean canRenew(Credential current) {
        return true;
    }

    @Override
    public Renewal renew(HandshakeContext context, Credential current) {
        return ask(context).toRenewal(issued -> withoutRefreshToken(issued, context));
    }

    @Override
    public Revocation revoke(HandshakeContext context, Credential credential) {
        return revocationEndpoint.revoke(context, credential);
    }

    private TokenAnswer ask(HandshakeContext context) {
        return tokenEndpoint.ask(context, new ClientCredentialsGrant(), context.scopes());
    }

    private static Credential withoutRefreshToken(TokenAnswer.Issued issued, HandshakeContext context) {
        Credential.OAuth2 tokens = issued.tokens(context.scopes(), Optional.empty());
        return new Credential.OAuth2(
                tokens.accessToken(), Optional.empty(), tokens.issuedAt(), tokens.expiresAt(), tokens.scopes());
    }
}
