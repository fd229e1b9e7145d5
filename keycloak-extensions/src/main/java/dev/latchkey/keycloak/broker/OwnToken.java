package dev.latchkey.keycloak.broker;

import java.util.UUID;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.Urls;
import org.keycloak.util.TokenUtil;

/**
 * An access token that Keycloak makes for one call to the broker: signed by the realm's key, for the broker alone, in the
 * name of the client that has just proven itself. It never leaves this server but to the broker, carries no role, and
 * lives for seconds. So the broker needs no secret of Keycloak's, and Keycloak can say nothing that it could not say
 * anyway as the issuer of all tokens.
 */
public final class OwnToken {

    /** Longer than the longest call; the broker allows for 30 s between the clocks. */
    private static final int LIFE_IN_SECONDS = 30;

    private final String encoded;

    private OwnToken(String encoded) {
        this.encoded = encoded;
    }

    /**
     * Makes one.
     *
     * @param client the client, authenticated by Keycloak a moment ago
     * @param account its service account
     * @param audience the broker's name
     */
    public static OwnToken of(KeycloakSession session, ClientModel client, UserModel account, String audience) {
        RealmModel realm = session.getContext().getRealm();
        AccessToken token = new AccessToken();
        token.id("latchkey:" + UUID.randomUUID());
        token.type(TokenUtil.TOKEN_TYPE_BEARER);
        token.issuer(Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName()));
        token.audience(audience);
        token.subject(account.getId());
        token.issuedFor(client.getClientId());
        token.issuedNowWithTTL(LIFE_IN_SECONDS);
        return new OwnToken(session.tokens().encode(token));
    }

    /** For tests of what carries it. */
    static OwnToken ofText(String encoded) {
        return new OwnToken(encoded);
    }

    String asHeader() {
        return "Bearer " + encoded;
    }

    @Override
    public String toString() {
        return "OwnToken[…]";
    }
}
