package dev.latchkey.sandbox.oauth1;

import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.Rig;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A client of OAuth 1.0 in as few lines as it takes: HMAC, one value a name, no query of its own. */
final class SigningClient {

    private final Rig rig;
    private int nonces;

    SigningClient(Rig rig) {
        this.rig = rig;
    }

    /** The parameters that every request has. */
    Map<String, String> parameters(String key, String... more) {
        Map<String, String> all = new TreeMap<>();
        all.put("oauth_consumer_key", key);
        all.put("oauth_signature_method", "HMAC-SHA1");
        all.put("oauth_timestamp", Long.toString(rig.clock().instant().getEpochSecond()));
        all.put("oauth_nonce", "n" + nonces++);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    /** The query with its signature. */
    String signed(String method, String path, Map<String, String> parameters, String secret, String tokenSecret) {
        String normalized = query(parameters);
        String base = method + "&" + enc(rig.base() + path) + "&" + enc(normalized);
        boolean sha256 = "HMAC-SHA256".equals(parameters.get("oauth_signature_method"));
        String signature = mac(sha256 ? "HmacSHA256" : "HmacSHA1", enc(secret) + "&" + enc(tokenSecret), base);
        return normalized + "&oauth_signature=" + enc(signature);
    }

    Answer get(String path, Map<String, String> parameters, String secret, String tokenSecret) {
        return rig.get(path + "?" + signed("GET", path, parameters, secret, tokenSecret));
    }

    /** The same in the header. */
    static String header(String query) {
        return "OAuth realm=\"a, b\", " + query.replace("&", "\", ").replaceAll("(^|, )([^=]*)=", "$1$2=\"") + "\"";
    }

    static String query(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(entry -> enc(entry.getKey()) + "=" + enc(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    static String enc(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static String mac(String algorithm, String key, String text) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), algorithm));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
