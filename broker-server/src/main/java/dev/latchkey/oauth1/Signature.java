package dev.latchkey.oauth1;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The value of {@code oauth_signature} (RFC 5849 sections 3.4.2 to 3.4.4). */
final class Signature {

    private Signature() {}

    /** Signs; {@code partner_misconfigured} if our client lacks what the method signs with. */
    static String of(SignatureMethod method, Signatory signatory, String base) {
        try {
            return switch (method) {
                case HMAC_SHA1 -> mac("HmacSHA1", secrets(signatory), base);
                case HMAC_SHA256 -> mac("HmacSHA256", secrets(signatory), base);
                case RSA_SHA1 -> rsa("SHA1withRSA", signatory, base);
                case RSA_SHA256 -> rsa("SHA256withRSA", signatory, base);
                case PLAINTEXT -> secrets(signatory);
            };
        } catch (GeneralSecurityException | JOSEException | ParseException e) {
            throw new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "Our client's key cannot sign.", e);
        }
    }

    /** Section 3.4.2: both secrets encoded, the ampersand even where there is no token. */
    private static String secrets(Signatory signatory) {
        return encoded(Optional.of(needed(signatory.consumerSecret(), "consumer_secret"))) + "&"
                + encoded(signatory.token().map(Signatory.Token::secret));
    }

    private static String encoded(Optional<Secret> secret) {
        return secret.map(it -> PercentEncoding.encode(it.reveal(Purpose.SEND_TO_PARTNER)))
                .orElse("");
    }

    private static String mac(String algorithm, String key, String base) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.US_ASCII), algorithm));
        return base64(mac.doFinal(base.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String rsa(String algorithm, Signatory signatory, String base)
            throws GeneralSecurityException, JOSEException, ParseException {
        Secret key = needed(signatory.privateKey(), "private_key");
        java.security.Signature signer = java.security.Signature.getInstance(algorithm);
        signer.initSign(RSAKey.parse(key.reveal(Purpose.SEND_TO_PARTNER)).toRSAPrivateKey());
        signer.update(base.getBytes(StandardCharsets.US_ASCII));
        return base64(signer.sign());
    }

    private static Secret needed(Optional<Secret> credential, String name) {
        return credential.orElseThrow(
                () -> new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "Our client's " + name + " is missing."));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
