package dev.latchkey.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The admin of a Keycloak, through its own admin API. Thread-safe. */
public final class KeycloakAdmin {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI base;
    private final String realm;
    private final String password;

    /**
     * Whoever has that password.
     *
     * @param base the server's address
     */
    public KeycloakAdmin(URI base, String realm, String password) {
        this.base = base;
        this.realm = realm;
        this.password = password;
    }

    /** A client of the code flow with PKCE, whose users are asked for consent. */
    void createCodeClient(KeycloakServer.Client client, URI redirectUri, Duration accessTokenLife) {
        post(
                "/clients",
                Map.of(
                        "clientId",
                        client.clientId(),
                        "secret",
                        client.clientSecret(),
                        "publicClient",
                        false,
                        "standardFlowEnabled",
                        true,
                        "directAccessGrantsEnabled",
                        false,
                        "consentRequired",
                        true,
                        "redirectUris",
                        List.of(redirectUri.toString()),
                        "attributes",
                        Map.of(
                                "pkce.code.challenge.method",
                                "S256",
                                "access.token.lifespan",
                                Long.toString(accessTokenLife.toSeconds()))));
    }

    /** A client that gets tokens for itself, with this audience in access tokens and in ID tokens. */
    void createServiceClient(KeycloakServer.Client client, String audience) {
        var mapper = Map.of(
                "name",
                "audience",
                "protocol",
                "openid-connect",
                "protocolMapper",
                "oidc-audience-mapper",
                "config",
                Map.of("included.custom.audience", audience, "access.token.claim", "true", "id.token.claim", "true"));
        post(
                "/clients",
                Map.of(
                        "clientId",
                        client.clientId(),
                        "secret",
                        client.clientSecret(),
                        "publicClient",
                        false,
                        "standardFlowEnabled",
                        false,
                        "serviceAccountsEnabled",
                        true,
                        "protocolMappers",
                        List.of(mapper)));
    }

    void createUser(KeycloakServer.User user) {
        post(
                "/users",
                Map.of(
                        "username",
                        user.name(),
                        "enabled",
                        true,
                        "emailVerified",
                        true,
                        "email",
                        user.name() + "@partner.test",
                        "firstName",
                        "Ada",
                        "lastName",
                        "Partner",
                        "credentials",
                        List.of(Map.of("type", "password", "value", user.password(), "temporary", false))));
    }

    /** How many sessions of users a client has now. */
    int sessions(String clientId) {
        try (var http = new TestHttp()) {
            var admin = authorization(http);
            var found = read(http.get(at("/clients?clientId=" + clientId), admin), 200);
            var id = found.path(0).path("id").asText();
            return read(http.get(at("/clients/" + id + "/user-sessions"), admin), 200)
                    .size();
        }
    }

    /** What there is at a path of the realm. */
    public JsonNode get(String path) {
        try (var http = new TestHttp()) {
            return read(http.get(at(path), authorization(http)), 200);
        }
    }

    /** Changes what is at a path of the realm. */
    public void put(String path, JsonNode body) {
        try (var http = new TestHttp()) {
            read(http.json("PUT", at(path), authorization(http), body.toString()), 204);
        }
    }

    /** Creates something from JSON as an operator's file holds it. */
    void create(String path, String json) {
        try (var http = new TestHttp()) {
            read(http.json(at(path), authorization(http), json), 201);
        }
    }

    /** Gives a user a role of the realm. */
    void grant(String userId, String role) {
        try (var http = new TestHttp()) {
            var admin = authorization(http);
            var found = read(http.get(at("/roles/" + role), admin), 200);
            read(http.json(at("/users/" + userId + "/role-mappings/realm"), admin, "[" + found + "]"), 204);
        }
    }

    private void post(String path, Map<String, ?> body) {
        try (var http = new TestHttp()) {
            read(http.json(at(path), authorization(http), Json.write(body)), 201);
        }
    }

    private URI at(String path) {
        return base.resolve("/admin/realms/" + realm + path);
    }

    private String authorization(TestHttp http) {
        var login = http.form(
                base.resolve("/realms/master/protocol/openid-connect/token"),
                Map.of(
                        "grant_type", "password",
                        "client_id", "admin-cli",
                        "username", "admin",
                        "password", password));
        return "Bearer " + read(login, 200).path("access_token").asText();
    }

    private static JsonNode read(HttpResponse<String> answer, int wanted) {
        if (answer.statusCode() != wanted) {
            throw new IllegalStateException("Keycloak answers " + answer.statusCode() + " to " + answer.uri());
        }
        try {
            return JSON.readTree(answer.body().isEmpty() ? "null" : answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
