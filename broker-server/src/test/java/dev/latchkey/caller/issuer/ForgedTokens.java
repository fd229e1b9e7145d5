package dev.latchkey.caller.issuer;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.latchkey.testkit.FakeOpenIdProvider;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Tokens that must not be taken, by what is wrong with them (RFC 8725, security considerations of RFC 9068). */
final class ForgedTokens {

    private final FakeOpenIdProvider issuer;
    private final Map<String, String> all = new LinkedHashMap<>();

    ForgedTokens(FakeOpenIdProvider issuer) {
        this.issuer = issuer;
        algorithms();
        keysInTheHeader();
        headers();
        claims();
        kinds();
        shapes();
    }

    Map<String, String> all() {
        return all;
    }

    private void algorithms() {
        for (String none : List.of("none", "NONE", "nOnE", "None")) {
            all.put("alg " + none, raw("{\"alg\":\"" + none + "\",\"typ\":\"JWT\"}", payload(), ""));
            all.put(
                    "alg " + none + " with a signature",
                    raw("{\"alg\":\"" + none + "\",\"typ\":\"at+jwt\"}", payload(), "AAAA"));
        }
        RSAKey key = issuer.signingKey();
        try {
            byte[] der = key.toRSAPublicKey().getEncoded();
            String pem = "-----BEGIN PUBLIC KEY-----\n"
                    + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                    + "\n-----END PUBLIC KEY-----\n";
            all.put("HS256 with the public key, DER", mac(der));
            all.put("HS256 with the public key, PEM", mac(pem.getBytes(StandardCharsets.US_ASCII)));
            all.put(
                    "HS256 with the public key, JWK",
                    mac(key.toPublicJWK().toJSONString().getBytes(StandardCharsets.US_ASCII)));
            all.put("HS256 with the modulus", mac(key.getModulus().decode()));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        String kid = key.getKeyID();
        byte[] zeroes = new byte[64];
        all.put(
                "ES256 with a signature of zeroes",
                raw(
                        "{\"alg\":\"ES256\",\"kid\":\"" + kid + "\"}",
                        payload(),
                        Base64URL.encode(zeroes).toString()));
        all.put(
                "EdDSA with a signature of zeroes",
                raw(
                        "{\"alg\":\"EdDSA\",\"kid\":\"" + kid + "\"}",
                        payload(),
                        Base64URL.encode(zeroes).toString()));
        all.put("an algorithm nobody knows", raw("{\"alg\":\"XX256\",\"kid\":\"" + kid + "\"}", payload(), "AAAA"));
    }

    private void keysInTheHeader() {
        RSAKey own = FakeOpenIdProvider.newKey();
        String evil = issuer.issuer() + "/evil";
        all.put(
                "signed by another key",
                FakeOpenIdProvider.sign(own, issuer.header().build(), payload()));
        all.put("signed by another key without kid", FakeOpenIdProvider.sign(own, bare().build(), payload()));
        all.put(
                "a key in the header",
                FakeOpenIdProvider.sign(own, bare().jwk(own.toPublicJWK()).build(), payload()));
        all.put(
                "a key in the header under the issuer's kid",
                FakeOpenIdProvider.sign(
                        own, issuer.header().jwk(own.toPublicJWK()).build(), payload()));
        all.put(
                "jku",
                FakeOpenIdProvider.sign(own, bare().jwkURL(URI.create(evil)).build(), payload()));
        all.put(
                "x5u",
                FakeOpenIdProvider.sign(
                        own, bare().x509CertURL(URI.create(evil)).build(), payload()));
        for (String kid : List.of(evil, "../../../../dev/null", "' or '1'='1", "file:///etc/passwd", "\u0000")) {
            all.put(
                    "kid " + kid.hashCode(),
                    FakeOpenIdProvider.sign(own, bare().keyID(kid).build(), payload()));
        }
        all.put(
                "x5c",
                FakeOpenIdProvider.sign(
                        own,
                        bare().x509CertChain(List.of(new com.nimbusds.jose.util.Base64("MIIB")))
                                .build(),
                        payload()));
    }

    private void headers() {
        all.put("crit", good(issuer.header().criticalParams(Set.of("exp")).customParam("exp", 1)));
        all.put("b64 false", good(issuer.header().base64URLEncodePayload(false).criticalParams(Set.of("b64"))));
        all.put("type dpop+jwt", good(issuer.header().type(new JOSEObjectType("dpop+jwt"))));
        all.put("type logout+jwt", good(issuer.header().type(new JOSEObjectType("logout+jwt"))));
        all.put("nested", good(issuer.header().contentType("JWT")));
        all.put(
                "alg twice",
                raw(
                        "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\""
                                + issuer.signingKey().getKeyID() + "\"}",
                        payload(),
                        "AAAA"));
    }

    private void claims() {
        long now = Instant.now().getEpochSecond();
        claim("another issuer", claims -> claims.put("iss", "https://evil.example"));
        claim("the issuer with a slash", claims -> claims.put("iss", issuer.issuer() + "/"));
        claim("the issuer as a list", claims -> claims.put("iss", List.of(issuer.issuer())));
        claim("no issuer", claims -> claims.remove("iss"));
        claim("another audience", claims -> claims.put("aud", "account"));
        claim("a similar audience", claims -> claims.put("aud", List.of("latchkey2", "Latchkey", "latchkey ")));
        claim("no audience", claims -> claims.remove("aud"));
        claim("an audience that is an object", claims -> claims.put("aud", Map.of("latchkey", true)));
        claim("an audience with a number", claims -> claims.put("aud", List.of("latchkey", 1)));
        claim("expired", claims -> claims.put("exp", now - 31));
        claim("no expiry", claims -> claims.remove("exp"));
        claim("expiry as text", claims -> claims.put("exp", Long.toString(now + 300)));
        claim("expiry out of range", claims -> claims.put("exp", 1e300));
        claim("negative expiry", claims -> claims.put("exp", -1));
        claim("not yet valid", claims -> claims.put("nbf", now + 600));
        claim("issued in the future", claims -> claims.put("iat", now + 600));
        claim("azp and client_id differ", claims -> claims.put("client_id", "another"));
        claim("azp is a number", claims -> claims.put("azp", 1));
        claim("no subject", claims -> claims.remove("sub"));
        claim("an empty subject", claims -> claims.put("sub", " "));
        claim("a subject that is a number", claims -> claims.put("sub", 1));
        claim("nobody", claims -> {
            claims.remove("sub");
            claims.remove("preferred_username");
        });
        claim("a name with a line end", claims -> claims.put("preferred_username", "a\nb"));
        claim("an empty name", claims -> claims.put("preferred_username", ""));
    }

    private void kinds() {
        claim("Keycloak's ID token", claims -> claims.put("typ", "ID"));
        claim("Keycloak's refresh token", claims -> claims.put("typ", "Refresh"));
        claim("Keycloak's offline token", claims -> claims.put("typ", "Offline"));
        claim("an ID token by nonce", claims -> claims.put("nonce", "n"));
        claim("an ID token by at_hash", claims -> claims.put("at_hash", "h"));
        claim("a logout token", claims -> claims.put("events", Map.of()));
    }

    private void shapes() {
        String good = issuer.token(claims -> {});
        String[] parts = good.split("\\.");
        all.put("truncated", good.substring(0, good.length() - 10));
        all.put("without signature", parts[0] + "." + parts[1] + ".");
        all.put("two parts", parts[0] + "." + parts[1]);
        all.put("four parts", good + ".AAAA");
        all.put("another payload under the signature", parts[0] + "." + Base64URL.encode(payload()) + "." + parts[2]);
        all.put("encrypted", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA");
        all.put("not a token", "not-a-token");
        all.put("claims twice", good("{\"iss\":\"x\"," + payload().substring(1)));
        all.put("claims with something behind", good(payload() + "{}"));
        all.put("claims that are a list", good("[" + payload() + "]"));
        all.put("claims nested deeply", good("{\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}"));
        byte[] bits = Base64URL.from(parts[2]).decode();
        byte[] flipped = Arrays.copyOf(bits, bits.length);
        flipped[10] ^= 1;
        all.put("one bit of the signature", parts[0] + "." + parts[1] + "." + Base64URL.encode(flipped));
    }

    private void claim(String name, Consumer<Map<String, Object>> change) {
        all.put(name, issuer.token(change));
    }

    private String good(JWSHeader.Builder header) {
        JWSHeader built = header.build();
        if (!built.isBase64URLEncodePayload()) {
            return raw(built.toString(), payload(), "AAAA");
        }
        return issuer.sign(built, payload());
    }

    private String good(String payload) {
        return issuer.sign(issuer.header().build(), payload);
    }

    private String payload() {
        String token = issuer.token(claims -> {});
        return Base64URL.from(token.split("\\.")[1]).decodeToString();
    }

    private static JWSHeader.Builder bare() {
        return new JWSHeader.Builder(JWSAlgorithm.RS256);
    }

    private String mac(byte[] key) {
        try {
            JWSObject token = new JWSObject(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .keyID(issuer.signingKey().getKeyID())
                            .build(),
                    new Payload(payload()));
            token.sign(new MACSigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String raw(String header, String payload, String signature) {
        return Base64URL.encode(header) + "." + Base64URL.encode(payload) + "." + signature;
    }
}
