package dev.latchkey.sandbox.oauth1;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verifies by the method that the partner asks for (RFC 5849 s.3.4.2 to 3.4.4). */
final class SignatureCheck {

    private SignatureCheck() {}

    static boolean holds(String method, Consumer consumer, String tokenSecret, String base, String signature) {
        String key = consumer.secret().map(BaseString::encode).orElse("") + "&" + BaseString.encode(tokenSecret);
        return switch (method) {
            case "HMAC-SHA1" -> same(signature, mac("HmacSHA1", key, base));
            case "HMAC-SHA256" -> same(signature, mac("HmacSHA256", key, base));
            case "RSA-SHA1" -> consumer.keys().stream().anyMatch(rsa -> signed("SHA1withRSA", rsa, base, signature));
            case "RSA-SHA256" ->
                consumer.keys().stream().anyMatch(rsa -> signed("SHA256withRSA", rsa, base, signature));
            case "PLAINTEXT" -> consumer.secret().isPresent() && same(signature, key);
            default -> false;
        };
    }

    private static String mac(String algorithm, String key, String base) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.US_ASCII), algorithm));
            return Base64.getEncoder().encodeToString(mac.doFinal(base.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static boolean signed(String algorithm, PublicKey key, String base, String signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(base.getBytes(StandardCharsets.US_ASCII));
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException unfit) {
            return false;
        }
    }

    private static boolean same(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }
}
