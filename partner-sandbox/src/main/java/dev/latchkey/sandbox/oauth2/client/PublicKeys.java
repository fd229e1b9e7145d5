package dev.latchkey.sandbox.oauth2.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Reads public keys: a PEM text, a JWK (RFC 7517), a JWK set, or an array of these. */
public final class PublicKeys {

    private PublicKeys() {}

    /** Reads every key in the value or refuses it. */
    public static List<PublicKey> read(JsonNode value) {
        List<PublicKey> keys = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(item -> keys.addAll(read(item)));
        } else if (value.isObject() && value.has("keys")) {
            value.get("keys").forEach(item -> keys.addAll(read(item)));
        } else if (value instanceof ObjectNode jwk) {
            keys.add(jwk(jwk));
        } else {
            keys.add(pem(value.asText()));
        }
        return keys;
    }

    private static PublicKey pem(String pem) {
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        } catch (IllegalArgumentException malformed) {
            throw refused();
        }
        return ofKind("RSA", der).or(() -> ofKind("EC", der)).orElseThrow(PublicKeys::refused);
    }

    private static Optional<PublicKey> ofKind(String algorithm, byte[] der) {
        try {
            return Optional.of(KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der)));
        } catch (GeneralSecurityException notThisKind) {
            return Optional.empty();
        }
    }

    private static PublicKey jwk(ObjectNode jwk) {
        Fields fields = new Fields(jwk);
        try {
            return switch (fields.requiredText("kty")) {
                case "RSA" ->
                    KeyFactory.getInstance("RSA")
                            .generatePublic(new RSAPublicKeySpec(number(fields, "n"), number(fields, "e")));
                case "EC" ->
                    KeyFactory.getInstance("EC")
                            .generatePublic(new ECPublicKeySpec(
                                    new ECPoint(number(fields, "x"), number(fields, "y")), p256(fields)));
                default -> throw refused();
            };
        } catch (GeneralSecurityException invalid) {
            throw refused();
        }
    }

    private static ECParameterSpec p256(Fields fields) throws GeneralSecurityException {
        if (!fields.requiredText("crv").equals("P-256")) {
            throw refused();
        }
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }

    private static BigInteger number(Fields fields, String name) {
        try {
            return new BigInteger(1, Base64.getUrlDecoder().decode(fields.requiredText(name)));
        } catch (IllegalArgumentException malformed) {
            throw refused();
        }
    }

    private static Refusal refused() {
        return new Refusal(400, "invalid_request", "public_key must be PEM or a JWK, RSA or EC P-256");
    }
}
