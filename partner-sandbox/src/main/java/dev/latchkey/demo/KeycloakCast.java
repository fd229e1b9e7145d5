package dev.latchkey.demo;

import java.net.URI;

/**
 * Everybody comes with an access token of Keycloak: the people log in on its page, the apps are service accounts. What the
 * broker makes up for an app is not used.
 */
final class KeycloakCast implements Cast {

    private final KeycloakAdmin keycloak;
    private final URI realm;
    private final Identity admin;
    private final Identity approver;

    private KeycloakCast(KeycloakAdmin keycloak, URI realm, Identity admin, Identity approver) {
        this.keycloak = keycloak;
        this.realm = realm;
        this.admin = admin;
        this.approver = approver;
    }

    /**
     * Makes two people, and the client that they log in through, in a realm that has the roles already.
     *
     * @param realm the issuer's address
     * @param password of Keycloak's own admin
     */
    static KeycloakCast hire(URI realm, String password) throws StepFailed {
        KeycloakAdmin keycloak = new KeycloakAdmin(realm, password);
        keycloak.createPublicClient(KeycloakPerson.CLIENT, KeycloakPerson.RETURN);
        Identity admin = person(keycloak, realm, "demo-admin", "latchkey-admin", "latchkey-auditor");
        Identity approver = person(keycloak, realm, "demo-approver", "latchkey-approver", "latchkey-auditor");
        return new KeycloakCast(keycloak, realm, admin, approver);
    }

    private static Identity person(KeycloakAdmin keycloak, URI realm, String name, String... roles) throws StepFailed {
        String password = KeycloakAdmin.random();
        keycloak.createUser(name, password, roles);
        return new KeycloakPerson(realm, name, password);
    }

    @Override
    public Identity admin() {
        return admin;
    }

    @Override
    public Identity approver() {
        return approver;
    }

    @Override
    public Identity app(String id, String password) throws StepFailed {
        KeycloakApp app = KeycloakApp.withNewKey(realm, id);
        keycloak.createServiceClient(id, app.publicKeys());
        return app;
    }
}
