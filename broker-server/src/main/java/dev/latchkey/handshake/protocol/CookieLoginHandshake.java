package dev.latchkey.handshake.protocol;

import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.handshake.protocol.answer.LoginAnswer;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Our own account at a partner that answers a signed login with cookies. No browser; renewed by logging in again with the
 * registration's key, so that a new key is used from the next login on (R113).
 */
@ApplicationScoped
final class CookieLoginHandshake implements Handshake, Refreshable {

    private final CookieLogin login;

    CookieLoginHandshake(CookieLogin login) {
        this.login = login;
    }

    @Override
    public HandshakeKind kind() {
        return HandshakeKind.COOKIE_LOGIN;
    }

    @Override
    public HandshakeStep begin(HandshakeContext context, Secret state) {
        LoginAnswer.LoggedIn session =
                login.login(context, CookieLogin.ownFile(context)).orThrow();
        return new HandshakeStep.Finished(session.session(Optional.empty()));
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
        return switch (login.login(context, CookieLogin.ownFile(context))) {
            case LoginAnswer.LoggedIn session -> new Renewal.Renewed(session.session(Optional.empty()));
            case LoginAnswer.KeyRefused refused -> new Renewal.ClientRefused();
            case LoginAnswer.Unusable unusable -> new Renewal.TryLater(unusable.problem(), unusable.sent());
        };
    }
}
