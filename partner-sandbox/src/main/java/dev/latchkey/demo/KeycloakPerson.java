package dev.latchkey.demo;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.browser.Form;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A person who logs in on Keycloak's page: the code flow with PKCE (RFC 7636), in a browser of their own. */
final class KeycloakPerson implements Identity {

    /** The client that people log in through, and where it wants its browsers back; nobody listens there. */
    static final String CLIENT = "latchkey-demo";

    static final URI RETURN = URI.create("http://127.0.0.1:9/signed-in");

    private final URI realm;
    private final String name;
    private final String password;
    private final TokenCache tokens = new TokenCache(this::logIn);

    KeycloakPerson(URI realm, String name, String password) {
        this.realm = realm;
        this.name = name;
        this.password = password;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String authorization() throws StepFailed {
        return "Bearer " + tokens.get();
    }

    @Override
    public String toString() {
        return name;
    }

    private Answer logIn() throws StepFailed {
        String verifier = KeycloakAdmin.random();
        String state = KeycloakAdmin.random();
        Map<String, String> back = query(comeBack(authorizationUrl(state, challenge(verifier))));
        if (!state.equals(back.get("state")) || !back.containsKey("code")) {
            throw new StepFailed("Keycloak sends the browser back without a code");
        }
        Map<String, String> form = new TreeMap<>(back);
        form.keySet().retainAll(Set.of("code"));
        form.putAll(Map.of(
                "grant_type",
                "authorization_code",
                "client_id",
                CLIENT,
                "redirect_uri",
                RETURN.toString(),
                "code_verifier",
                verifier));
        return new KeycloakHttp().form(KeycloakHttp.tokenEndpoint(realm), form).expect(200);
    }

    private URI authorizationUrl(String state, String challenge) {
        return URI.create(realm + "/protocol/openid-connect/auth?"
                + KeycloakHttp.encoded(Map.of(
                        "response_type",
                        "code",
                        "client_id",
                        CLIENT,
                        "redirect_uri",
                        RETURN.toString(),
                        "scope",
                        "openid",
                        "state",
                        state,
                        "code_challenge",
                        challenge,
                        "code_challenge_method",
                        "S256")));
    }

    private URI comeBack(URI start) throws StepFailed {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(start);
        browser.followWhile(KeycloakPerson::isInside);
        Form login = browser.page().forms().stream()
                .filter(form -> form.action().getPath().endsWith("/login-actions/authenticate"))
                .findFirst()
                .orElseThrow(() ->
                        new StepFailed("no login page but " + browser.page().status()));
        browser.submit(login, Map.of("username", name, "password", password));
        browser.followWhile(KeycloakPerson::isInside);
        Optional<URI> arrival = browser.location();
        return arrival.orElseThrow(() -> new StepFailed("Keycloak does not let " + name + " in"));
    }

    private static boolean isInside(URI target) {
        return !target.toString().startsWith(RETURN.toString());
    }

    private static Map<String, String> query(URI address) {
        Map<String, String> values = new TreeMap<>();
        for (String pair : address.getRawQuery().split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(pair.substring(0, equals), KeycloakHttp.decoded(pair.substring(equals + 1)));
            }
        }
        return values;
    }

    private static String challenge(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
