package dev.latchkey.keycloak.lifecycle;

import java.util.Map;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.crypto.SignatureSignerContext;
import org.keycloak.jose.jws.JWSBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Signs with the realm's active key, the one that its access tokens are signed with, published in its key set. */
final class Signature {

    private final SignatureSignerContext signer;

    private Signature(SignatureSignerContext signer) {
        this.signer = signer;
    }

    static Signature of(KeycloakSession session, String realmName) {
        RealmModel realm = session.realms().getRealmByName(realmName);
        session.getContext().setRealm(realm);
        return new Signature(
                provider(session, realm.getDefaultSignatureAlgorithm()).signer());
    }

    /** A MAC would be nothing that the broker can check. */
    private static SignatureProvider provider(KeycloakSession session, String algorithm) {
        SignatureProvider wanted = algorithm == null ? null : session.getProvider(SignatureProvider.class, algorithm);
        return wanted != null && wanted.isAsymmetricAlgorithm()
                ? wanted
                : session.getProvider(SignatureProvider.class, Algorithm.RS256);
    }

    String sign(Map<String, Object> claims) {
        return new JWSBuilder()
                .type(SecurityEventToken.TYPE)
                .jsonContent(claims)
                .sign(signer);
    }
}
