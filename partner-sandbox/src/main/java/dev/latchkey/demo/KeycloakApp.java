package dev.latchkey.demo;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * An app that is a service account at Keycloak and proves it with a key of its own ({@code private_key_jwt}, RFC 7523
 * section 3): no secret of it is anywhere else.
 */
final class KeycloakApp implements Identity {

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String BEARER_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final int LIFE_SECONDS = 30;

    private final URI realm;
    private final String id;
    private final KeyPair key;
    private final TokenCache tokens = new TokenCache(this::ask);

    private KeycloakApp(URI realm, String id, KeyPair key) {
        this.realm = realm;
        this.id = id;
        this.key = key;
    }

    static KeycloakApp withNewKey(URI realm, String id) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return new KeycloakApp(realm, id, generator.generateKeyPair());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has RSA", e);
        }
    }

    @Override
    public String name() {
        return id;
    }

    @Override
    public String authorization() throws StepFailed {
        return "Bearer " + tokens.get();
    }

    @Override
    public String toString() {
        return id;
    }

    /** The JWK set (RFC 7517) with the public half. */
    String publicKeys() {
        RSAPublicKey half = (RSAPublicKey) key.getPublic();
        Map<String, String> jwk = Map.of(
                "kty",
                "RSA",
                "use",
                "sig",
                "alg",
                "RS256",
                "kid",
                id,
                "n",
                BASE64.encodeToString(unsigned(half.getModulus().toByteArray())),
                "e",
                BASE64.encodeToString(unsigned(half.getPublicExponent().toByteArray())));
        return Wire.text(Map.of("keys", List.of(jwk)));
    }

    private Answer ask() throws StepFailed {
        return new KeycloakHttp()
                .form(
                        KeycloakHttp.tokenEndpoint(realm),
                        Map.of(
                                "grant_type",
                                "client_credentials",
                                "client_id",
                                id,
                                "client_assertion_type",
                                BEARER_ASSERTION,
                                "client_assertion",
                                assertion()))
                .expect(200);
    }

    private String assertion() {
        long now = Instant.now().getEpochSecond();
        String head = encoded(Map.of("alg", "RS256", "kid", id));
        String body = encoded(Map.of(
                "iss",
                id,
                "sub",
                id,
                "aud",
                realm.toString(),
                "jti",
                KeycloakAdmin.random(),
                "iat",
                now,
                "exp",
                now + LIFE_SECONDS));
        return head + "." + body + "." + signed(head + "." + body);
    }

    private static String encoded(Map<String, ?> part) {
        return BASE64.encodeToString(Wire.text(part).getBytes(StandardCharsets.UTF_8));
    }

    private String signed(String text) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key.getPrivate());
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Java puts a zero before a number whose first bit is set; RFC 7518 section 2 has none. */
    private static byte[] unsigned(byte[] number) {
        return number.length > 1 && number[0] == 0 ? Arrays.copyOfRange(number, 1, number.length) : number;
    }
}
