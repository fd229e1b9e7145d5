package dev.latchkey.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64;
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
import java.util.function.UnaryOperator;

/** A corpus of ID tokens that must not be taken, each made from the good one of a flow, so that one thing is wrong. */
final class ForgedIdTokens {

    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<LinkedHashMap<String, Object>> CLAIMS = new TypeReference<>() {};

    private final FakeOpenIdProvider issuer;
    private final RSAKey own = FakeOpenIdProvider.newKey();
    private final Map<String, UnaryOperator<String>> all = new LinkedHashMap<>();

    /**
     * Makes the corpus.
     *
     * @param elliptic a key that the issuer publishes beside its RSA key
     * @param clientSecret what the issuer and we share
     */
    ForgedIdTokens(FakeOpenIdProvider issuer, ECKey elliptic, String clientSecret) {
        this.issuer = issuer;
        algorithms(elliptic);
        symmetric(clientSecret);
        keysInTheHeader();
        headers();
        audiences();
        times();
        claims();
        shapes();
    }

    /** What is wrong, and how it is made of a good token. */
    Map<String, UnaryOperator<String>> all() {
        return all;
    }

    private void algorithms(ECKey elliptic) {
        for (String none : List.of("none", "None", "NONE", "nOnE")) {
            all.put("alg " + none, good -> raw("{\"alg\":\"" + none + "\"}", payload(good), ""));
            all.put(
                    "alg " + none + " with the signature of a good one",
                    good -> raw("{\"alg\":\"" + none + "\"}", payload(good), good.split("\\.")[2]));
        }
        String zeroes = Base64URL.encode(new byte[64]).toString();
        String kid = elliptic.getKeyID();
        all.put(
                "ES256 with a signature of zeroes",
                good -> raw("{\"alg\":\"ES256\",\"kid\":\"" + kid + "\"}", payload(good), zeroes));
        all.put("ES256 with a signature of zeroes, no kid", good -> raw("{\"alg\":\"ES256\"}", payload(good), zeroes));
        all.put("EdDSA with a signature of zeroes", good -> raw("{\"alg\":\"EdDSA\"}", payload(good), zeroes));
        all.put("an algorithm nobody knows", good -> raw("{\"alg\":\"XX256\"}", payload(good), zeroes));
        all.put("no algorithm", good -> raw("{\"typ\":\"JWT\"}", payload(good), good.split("\\.")[2]));
        all.put("RS256 with no signature", good -> raw("{\"alg\":\"RS256\"}", payload(good), ""));
    }

    /** RFC 8725 section 2.1: what is public, or shared, taken for a key of the issuer's. */
    private void symmetric(String clientSecret) {
        RSAKey key = issuer.signingKey();
        byte[] der = der(key);
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END PUBLIC KEY-----\n";
        mac("HS256 with the public key, DER", der);
        mac("HS256 with the public key, PEM", pem.getBytes(StandardCharsets.US_ASCII));
        mac("HS256 with the public key, JWK", key.toPublicJWK().toJSONString().getBytes(StandardCharsets.US_ASCII));
        mac("HS256 with the modulus", key.getModulus().decode());
        mac("HS256 with the client secret", clientSecret.getBytes(StandardCharsets.UTF_8));
    }

    private void keysInTheHeader() {
        URI evil = URI.create(issuer.issuer() + "/evil");
        own("signed by another key under the issuer's kid", header -> header);
        own("signed by another key without kid", header -> header.keyID(null));
        own("jwk under the issuer's kid", header -> header.jwk(own.toPublicJWK()));
        own("jwk without kid", header -> header.keyID(null).jwk(own.toPublicJWK()));
        own("jku", header -> header.jwkURL(evil));
        own("jku under a kid of its own", header -> header.keyID("evil").jwkURL(evil));
        own("x5u", header -> header.x509CertURL(evil));
        own("x5c", header -> header.x509CertChain(List.of(new Base64("MIIB"))));
        for (String kid : List.of(
                evil.toString(),
                "../../../../dev/null",
                "' or '1'='1",
                "file:///etc/passwd",
                "\u0000",
                "a".repeat(3000))) {
            own(
                    "kid " + kid.substring(0, Math.min(kid.length(), 30)).replace('\u0000', '0'),
                    header -> header.keyID(kid));
        }
    }

    private void headers() {
        header("crit", header -> header.criticalParams(Set.of("exp")).customParam("exp", 1));
        header("type at+jwt: an access token", header -> header.type(new JOSEObjectType("at+jwt")));
        header("type logout+jwt", header -> header.type(new JOSEObjectType("logout+jwt")));
        header("type dpop+jwt", header -> header.type(new JOSEObjectType("dpop+jwt")));
        all.put(
                "alg twice",
                good -> raw(
                        "{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\""
                                + issuer.signingKey().getKeyID() + "\"}",
                        payload(good),
                        good.split("\\.")[2]));
    }

    private void audiences() {
        claim("another issuer", claims -> claims.put("iss", "https://evil.example"));
        claim("the issuer with a slash", claims -> claims.put("iss", issuer.issuer() + "/"));
        claim(
                "the issuer in other case",
                claims -> claims.put("iss", issuer.issuer().replace("http", "HTTP")));
        claim("the issuer as a list", claims -> claims.put("iss", List.of(issuer.issuer())));
        claim("no issuer", claims -> claims.remove("iss"));
        claim("another audience", claims -> claims.put("aud", "another-client"));
        claim("an audience that starts alike", claims -> claims.put("aud", claims.get("aud") + "2"));
        claim("no audience", claims -> claims.remove("aud"));
        claim("an empty audience", claims -> claims.put("aud", List.of()));
        claim("another authorized party", claims -> claims.put("azp", "another-client"));
        claim("another authorized party beside our audience", claims -> {
            claims.put("aud", List.of(claims.get("aud"), "another-client"));
            claims.put("azp", "another-client");
        });
        claim("an authorized party that is a number", claims -> claims.put("azp", 1));
    }

    private void times() {
        long now = Instant.now().getEpochSecond();
        claim("expired", claims -> claims.put("exp", now - 120));
        claim("no expiry", claims -> claims.remove("exp"));
        claim("expiry as text", claims -> claims.put("exp", Long.toString(now + 300)));
        claim("not valid yet", claims -> claims.put("nbf", now + 600));
        claim("nbf as text", claims -> claims.put("nbf", "soon"));
        claim("issued in the future", claims -> claims.put("iat", now + 600));
        claim("no time of issue", claims -> claims.remove("iat"));
    }

    private void claims() {
        claim("another nonce", claims -> claims.put("nonce", "another-nonce"));
        claim("no nonce", claims -> claims.remove("nonce"));
        claim("a list of nonces", claims -> claims.put("nonce", List.of(claims.get("nonce"))));
        claim("no subject", claims -> claims.remove("sub"));
        claim("an empty subject", claims -> claims.put("sub", ""));
        claim("the hash of another access token", claims -> claims.put("at_hash", "77QmUPtjPfzWtF2AnpK9RQ"));
        claim("an empty at_hash", claims -> claims.put("at_hash", ""));
        claim("an at_hash that is a number", claims -> claims.put("at_hash", 1));
        payload("nonce twice", good -> "{\"nonce\":\"x\"," + good.substring(1));
        payload("issuer twice, the right one last", good -> "{\"iss\":\"https://evil.example\"," + good.substring(1));
        payload(
                "audience twice, the right one first",
                good -> good.substring(0, good.length() - 1) + ",\"aud\":\"another-client\"}");
        payload("something behind the claims", good -> good + "{}");
        payload("claims in a list", good -> "[" + good + "]");
        payload("no claims", good -> "{}");
        payload("no JSON", good -> "claims");
    }

    private void shapes() {
        all.put("truncated", good -> good.substring(0, good.length() - 10));
        all.put("without signature", good -> good.substring(0, good.lastIndexOf('.') + 1));
        all.put("two parts", good -> good.substring(0, good.lastIndexOf('.')));
        all.put("four parts", good -> good + ".AAAA");
        all.put("five parts: encrypted", good -> "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA");
        all.put("not a token", good -> "not-a-token");
        all.put("another payload under a good signature", good -> {
            String[] parts = good.split("\\.");
            String changed = payload(good).replace("user-1", "user-2");
            return parts[0] + "." + Base64URL.encode(changed) + "." + parts[2];
        });
        all.put("one bit of the signature", good -> {
            byte[] bits = Base64URL.from(good.split("\\.")[2]).decode();
            byte[] flipped = Arrays.copyOf(bits, bits.length);
            flipped[10] ^= 1;
            return good.substring(0, good.lastIndexOf('.') + 1) + Base64URL.encode(flipped);
        });
    }

    private void claim(String name, Consumer<Map<String, Object>> change) {
        payload(name, good -> {
            try {
                Map<String, Object> claims = JSON.readValue(good, CLAIMS);
                change.accept(claims);
                return JSON.writeValueAsString(claims);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }

    /** Signed by the issuer itself: only the claims are wrong. */
    private void payload(String name, UnaryOperator<String> change) {
        all.put(name, good -> issuer.sign(issuer.header().build(), change.apply(payload(good))));
    }

    /** Signed by the issuer itself: only the header is wrong. */
    private void header(String name, UnaryOperator<JWSHeader.Builder> change) {
        all.put(name, good -> issuer.sign(change.apply(issuer.header()).build(), payload(good)));
    }

    /** Signed by a key of the forger's. */
    private void own(String name, UnaryOperator<JWSHeader.Builder> change) {
        all.put(
                name,
                good -> FakeOpenIdProvider.sign(
                        own, change.apply(issuer.header()).build(), payload(good)));
    }

    private void mac(String name, byte[] key) {
        all.put(name, good -> {
            try {
                JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .keyID(issuer.signingKey().getKeyID())
                        .build();
                JWSObject token = new JWSObject(header, new Payload(payload(good)));
                token.sign(new MACSigner(key));
                return token.serialize();
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static byte[] der(RSAKey key) {
        try {
            return key.toRSAPublicKey().getEncoded();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String payload(String token) {
        return Base64URL.from(token.split("\\.")[1]).decodeToString();
    }

    private static String raw(String header, String payload, String signature) {
        return Base64URL.encode(header) + "." + Base64URL.encode(payload) + "." + signature;
    }
}
