package dev.latchkey.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What an operator does in the realm, through Keycloak's own admin API. */
final class KeycloakAdmin {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int CREATED = 201;

    private final KeycloakHttp http = new KeycloakHttp();
    private final URI server;
    private final String realm;
    private final String password;

    KeycloakAdmin(URI issuer, String password) {
        String path = issuer.getPath();
        this.server = issuer.resolve("/");
        this.realm = path.substring(path.lastIndexOf('/') + 1);
        this.password = password;
    }

    /** 256 bits. */
    static String random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** A client for people's browsers: the code flow with PKCE and nothing else. */
    void createPublicClient(String id, URI redirectUri) throws StepFailed {
        create(
                "/clients",
                Map.of(
                        "clientId",
                        id,
                        "publicClient",
                        true,
                        "standardFlowEnabled",
                        true,
                        "directAccessGrantsEnabled",
                        false,
                        "redirectUris",
                        List.of(redirectUri.toString()),
                        "defaultClientScopes",
                        List.of("basic", "profile", "roles", "latchkey"),
                        "attributes",
                        Map.of("pkce.code.challenge.method", "S256")));
    }

    /** A service account that proves itself with a key. */
    void createServiceClient(String id, String publicKeys) throws StepFailed {
        create(
                "/clients",
                Map.of(
                        "clientId",
                        id,
                        "publicClient",
                        false,
                        "standardFlowEnabled",
                        false,
                        "directAccessGrantsEnabled",
                        false,
                        "serviceAccountsEnabled",
                        true,
                        "clientAuthenticatorType",
                        "client-jwt",
                        "defaultClientScopes",
                        List.of("basic", "latchkey"),
                        "attributes",
                        Map.of(
                                "use.jwks.string", "true",
                                "jwks.string", publicKeys,
                                "token.endpoint.auth.signing.alg", "RS256")));
    }

    /** A person with a password and roles of the realm. */
    void createUser(String name, String userPassword, String... roles) throws StepFailed {
        create(
                "/users",
                Map.of(
                        "username",
                        name,
                        "enabled",
                        true,
                        "emailVerified",
                        true,
                        "email",
                        name + "@example.org",
                        "firstName",
                        "Demo",
                        "lastName",
                        name,
                        "credentials",
                        List.of(Map.of("type", "password", "value", userPassword, "temporary", false))));
        String id = get("/users?exact=true&username=" + name).path(0).path("id").asText();
        List<JsonNode> held = new ArrayList<>();
        for (String role : roles) {
            held.add(get("/roles/" + role));
        }
        http.post(at("/users/" + id + "/role-mappings/realm"), token(), held).expect(204);
    }

    private void create(String path, Map<String, ?> body) throws StepFailed {
        http.post(at(path), token(), body).expect(CREATED);
    }

    private JsonNode get(String path) throws StepFailed {
        return http.get(at(path), token()).expect(200).json();
    }

    private URI at(String path) {
        return server.resolve("/admin/realms/" + realm + path);
    }

    private String token() throws StepFailed {
        return http.form(
                        KeycloakHttp.tokenEndpoint(server.resolve("/realms/master")),
                        Map.of(
                                "grant_type", "password",
                                "client_id", "admin-cli",
                                "username", "admin",
                                "password", password))
                .expect(200)
                .text("access_token");
    }
}
