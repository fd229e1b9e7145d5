package dev.latchkey.sandbox.callback;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.StrictJson;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** User tokens: an access token of the sandbox in the clothes of a JWT (RFC 7519), signed with a key of its own. */
final class UserTokens {

    private static final String HEADER = encoded("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");

    private final SecretKeySpec key;

    UserTokens(String key) {
        this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    /** The token as the partner shows it. */
    String wrapped(String accessToken, String user, Instant expires) {
        ObjectNode claims =
                StrictJson.object().put("sub", user).put("jti", accessToken).put("exp", expires.getEpochSecond());
        String signed = HEADER + "." + encoded(StrictJson.write(claims));
        return signed + "." + signature(signed);
    }

    /** The access token inside, if the signature is ours. */
    Optional<String> unwrapped(String userToken) {
        int last = userToken.lastIndexOf('.');
        int first = userToken.indexOf('.');
        if (first < 0 || first == last) {
            return Optional.empty();
        }
        byte[] expected = signature(userToken.substring(0, last)).getBytes(StandardCharsets.US_ASCII);
        byte[] given = userToken.substring(last + 1).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(expected, given)) {
            return Optional.empty();
        }
        try {
            String claims = new String(
                    Base64.getUrlDecoder().decode(userToken.substring(first + 1, last)), StandardCharsets.UTF_8);
            return Optional.of(StrictJson.parseObject(claims).path("jti").asText());
        } catch (IllegalArgumentException | Refusal unreadable) {
            return Optional.empty();
        }
    }

    private String signature(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
