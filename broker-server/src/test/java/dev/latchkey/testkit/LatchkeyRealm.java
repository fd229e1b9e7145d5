package dev.latchkey.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The realm of our own apps and people, imported from {@code keycloak-extensions/realm} as an operator would. Apps come
 * from {@code app-client.json} there and prove themselves by {@code private_key_jwt}. Methods may be called from several
 * threads.
 */
public final class LatchkeyRealm {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REALM = "latchkey";
    private static final URI CONSOLE = URI.create("http://127.0.0.1:8080/console/callback");

    private final URI base;
    private final KeycloakAdmin admin;

    LatchkeyRealm(URI base, String adminPassword) {
        this.base = base;
        this.admin = new KeycloakAdmin(base, REALM, adminPassword);
    }

    static Path folder() {
        return Path.of(System.getProperty("basedir", "."), "../keycloak-extensions/realm");
    }

    /** Where Keycloak itself listens. */
    public URI server() {
        return base;
    }

    /** The issuer as it is called by who comes by that origin: Keycloak takes it from the request. */
    public static URI issuerAt(URI origin) {
        return origin.resolve("/realms/" + REALM);
    }

    /** An app of ours. */
    public record App(String id, ECKey key) {

        /** Asks Keycloak's token endpoint for something, with a fresh assertion (RFC 7523 section 2.2). */
        public HttpResponse<String> ask(URI issuer, Map<String, String> parameters) {
            Map<String, String> form = new HashMap<>(parameters);
            form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            form.put("client_assertion", assertion(issuer));
            try (TestHttp http = new TestHttp()) {
                return http.form(URI.create(issuer + "/protocol/openid-connect/token"), form);
            }
        }

        /** An access token of its service account. */
        public String token(URI issuer) {
            HttpResponse<String> answer = ask(issuer, Map.of("grant_type", "client_credentials"));
            if (answer.statusCode() != 200) {
                throw new AssertionError(answer.statusCode() + " " + answer.body());
            }
            return HandWrittenClient.json(answer).path("access_token").asText();
        }

        private String assertion(URI issuer) {
            Instant now = Instant.now();
            JWTClaimsSet claims = new JWTClaimsSet.Builder()
                    .issuer(id)
                    .subject(id)
                    .audience(issuer.toString())
                    .jwtID(UUID.randomUUID().toString())
                    .issueTime(Date.from(now))
                    .expirationTime(Date.from(now.plusSeconds(30)))
                    .build();
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.ES256)
                            .keyID(key.getKeyID())
                            .build(),
                    claims);
            try {
                jwt.sign(new ECDSASigner(key));
                return jwt.serialize();
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Adds an app by the operator's file, with its public key inline. */
    public App createApp(String id) {
        return createApp(id, Map.of(), List.of("basic", "latchkey"));
    }

    /** The same with other attributes and client scopes. */
    public App createApp(String id, Map<String, String> attributes, List<String> scopes) {
        ECKey key = newKey();
        try {
            String file = Files.readString(folder().resolve("app-client.json"))
                    .replace("APP_ID", id)
                    .replace("APP_NAME", id);
            ObjectNode client = (ObjectNode) JSON.readTree(file);
            ObjectNode given = (ObjectNode) client.path("attributes");
            given.remove(List.of("use.jwks.url", "jwks.url"));
            given.put("use.jwks.string", "true");
            given.put("jwks.string", new JWKSet(key.toPublicJWK()).toString());
            attributes.forEach(given::put);
            client.set("defaultClientScopes", JSON.valueToTree(scopes));
            admin.create("/clients", client.toString());
            return new App(id, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ECKey newKey() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyID(UUID.randomUUID().toString())
                    .keyUse(KeyUse.SIGNATURE) // Keycloak looks for nothing else
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Adds a mapper of ours to an app. */
    public void addMapper(App app, Map<String, ?> mapper) {
        admin.create("/clients/" + clientUuid(app.id()) + "/protocol-mappers/models", Json.write(mapper));
    }

    private String clientUuid(String clientId) {
        return admin.get("/clients?clientId=" + clientId).path(0).path("id").asText();
    }

    /** Creates a person with these roles and lets it sign in at the console's client on the real login page. */
    public JsonNode signIn(URI issuer, String... roles) {
        KeycloakServer.User user = new KeycloakServer.User(
                "person-" + UUID.randomUUID(), UUID.randomUUID().toString());
        admin.createUser(user);
        String userId = admin.get("/users?exact=true&username=" + user.name())
                .path(0)
                .path("id")
                .asText();
        for (String role : roles) {
            admin.grant(userId, role);
        }
        String secret = admin.get("/clients/" + clientUuid("latchkey-console") + "/client-secret")
                .path("value")
                .asText();
        try (HandWrittenClient console = new HandWrittenClient(issuer, "latchkey-console", secret, CONSOLE)) {
            LoginSteps steps = new LoginSteps(new ConsentBrowser(), CONSOLE);
            steps.open(console.authorizationUrl("openid"));
            steps.submitWhere("#kc-form-login", Map.of("username", user.name(), "password", user.password()));
            String code = Optional.ofNullable(
                            HandWrittenClient.parametersOf(steps.arrival()).get("code"))
                    .orElseThrow();
            return HandWrittenClient.json(console.exchange(code));
        }
    }

    /** What the realm answers to an authorization request of the console without PKCE. */
    public Map<String, String> signInWithoutPkce(URI issuer) {
        try (HandWrittenClient console = new HandWrittenClient(issuer, "latchkey-console", "any", CONSOLE)) {
            LoginSteps steps = new LoginSteps(new ConsentBrowser(), CONSOLE);
            steps.open(console.authorizationUrlWithoutPkce("openid"));
            return HandWrittenClient.parametersOf(steps.arrival());
        }
    }

    /** Adds a signing key; the newest signs from now on. */
    public void rotateKeys() {
        String name = "rsa-" + UUID.randomUUID();
        long priority = 100 + Duration.ofNanos(System.nanoTime()).toSeconds();
        admin.create(
                "/components",
                Json.write(Map.of(
                        "name",
                        name,
                        "providerId",
                        "rsa-generated",
                        "providerType",
                        "org.keycloak.keys.KeyProvider",
                        "config",
                        Map.of(
                                "priority", List.of(Long.toString(priority)),
                                "enabled", List.of("true"),
                                "active", List.of("true"),
                                "algorithm", List.of("RS256"),
                                "keySize", List.of("2048")))));
    }

    /** Takes a key out of the set, as after a theft. */
    public void disableKey(String keyId) {
        for (JsonNode key : admin.get("/keys").path("keys")) {
            if (keyId.equals(key.path("kid").asText())) {
                String path = "/components/" + key.path("providerId").asText();
                ObjectNode component = (ObjectNode) admin.get(path);
                ((ObjectNode) component.path("config")).set("enabled", JSON.valueToTree(List.of("false")));
                admin.put(path, component);
                return;
            }
        }
        throw new IllegalStateException("no such key");
    }
}
