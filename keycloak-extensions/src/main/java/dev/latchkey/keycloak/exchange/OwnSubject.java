package dev.latchkey.keycloak.exchange;

import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.Urls;
import org.keycloak.util.TokenUtil;

/**
 * Whether a {@code subject_token} is an access token of this realm for the very client that sends it. The client has
 * authenticated, so the token adds nothing; one of somebody else would mean that the app acts for another, which is
 * not offered (RFC 8693 section 1.1: that would be delegation or impersonation).
 */
final class OwnSubject {

    private OwnSubject() {}

    static boolean isAccepted(KeycloakSession session, ClientModel client, String subjectToken) {
        // Null unless a key of the realm made the signature.
        AccessToken token = session.tokens().decode(subjectToken, AccessToken.class);
        if (token == null || !token.isActive() || !TokenUtil.TOKEN_TYPE_BEARER.equals(token.getType())) {
            return false;
        }
        RealmModel realm = session.getContext().getRealm();
        String issuer = Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName());
        long iat = token.getIat() == null ? 0 : token.getIat();
        return issuer.equals(token.getIssuer())
                && client.getClientId().equals(token.getIssuedFor())
                && iat >= realm.getNotBefore()
                && iat >= client.getNotBefore();
    }
}
