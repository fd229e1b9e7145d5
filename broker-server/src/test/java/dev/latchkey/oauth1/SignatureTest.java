package dev.latchkey.oauth1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The signatures of RFC 5849 section 1.2 and of a partner's documentation, and those that a key verifies. */
class SignatureTest {

    private static final Signatory PRINTER = client("dpf43f3p2l4k3l03", "kd94hf93k423kf44");

    private static Signatory client(String key, String secret) {
        return Signatory.client(name -> Optional.ofNullable(
                        Map.of("consumer_key", key, "consumer_secret", secret).get(name))
                .map(Secret::of));
    }

    private static String sign(Signatory signatory, String method, String address, String... parameters) {
        URI uri = URI.create(address);
        List<Parameter> all =
                new ArrayList<>(uri.getRawQuery() == null ? List.of() : FormText.parse(uri.getRawQuery()));
        all.add(new Parameter("oauth_consumer_key", signatory.consumerKey().reveal(Purpose.SEND_TO_PARTNER)));
        all.add(new Parameter("oauth_signature_method", "HMAC-SHA1"));
        for (int i = 0; i < parameters.length; i += 2) {
            all.add(new Parameter(parameters[i], parameters[i + 1]));
        }
        return Signature.of(SignatureMethod.HMAC_SHA1, signatory, BaseString.of(method, uri, all));
    }

    @Test
    @DisplayName("R92 signs the three requests of RFC 5849 section 1.2")
    void rfcExamples() {
        assertThat(sign(
                        PRINTER,
                        "POST",
                        "https://photos.example.net/initiate",
                        "oauth_timestamp",
                        "137131200",
                        "oauth_nonce",
                        "wIjqoS",
                        "oauth_callback",
                        "http://printer.example.com/ready"))
                .isEqualTo("74KNZJeDHnMBp0EMJ9ZHt/XKycU=");
        assertThat(sign(
                        PRINTER.with(Secret.of("hh5s93j4hdidpola"), Secret.of("hdhd0244k9j7ao03")),
                        "POST",
                        "https://photos.example.net/token",
                        "oauth_token",
                        "hh5s93j4hdidpola",
                        "oauth_timestamp",
                        "137131201",
                        "oauth_nonce",
                        "walatlh",
                        "oauth_verifier",
                        "hfdp7dh39dks9884"))
                .isEqualTo("gKgrFCywp7rO0OXSjdot/IHF7IU=");
        assertThat(sign(
                        PRINTER.with(Secret.of("nnch734d00sl2jdk"), Secret.of("pfkkdhi9sl3r4s00")),
                        "GET",
                        "http://photos.example.net/photos?file=vacation.jpg&size=original",
                        "oauth_token",
                        "nnch734d00sl2jdk",
                        "oauth_timestamp",
                        "137131202",
                        "oauth_nonce",
                        "chapoH"))
                .isEqualTo("MdpQcU8iPSUjWoN/UDMsK2sui9I=");
    }

    @Test
    @DisplayName("R92 signs the example of Twitter's documentation")
    void documentedByAPartner() {
        String[] parameters = {
            "status", "Hello Ladies + Gentlemen, a signed OAuth request!",
            "oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
            "oauth_timestamp", "1318622958",
            "oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
            "oauth_version", "1.0"
        };
        Signatory twitter = client("xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw")
                .with(Secret.of(parameters[3]), Secret.of("LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"));

        assertThat(sign(
                        twitter,
                        "post",
                        "https://api.twitter.com/1/statuses/update.json?include_entities=true",
                        parameters))
                .isEqualTo("tnnArxj06cWHq44gCs1OSKk/jLY=");
    }

    @Test
    @DisplayName("signs by RSA with SHA-1 and SHA-256, so that the public key verifies it")
    void rsa() throws Exception {
        RSAKey key = new RSAKeyGenerator(2048).generate();
        Signatory signatory = new Signatory(
                Secret.of("ck"), Optional.empty(), Optional.of(Secret.of(key.toJSONString())), Optional.empty());
        for (SignatureMethod method : List.of(SignatureMethod.RSA_SHA1, SignatureMethod.RSA_SHA256)) {
            String signature = Signature.of(method, signatory, "GET&base&string");
            java.security.Signature verifier = java.security.Signature.getInstance(
                    method == SignatureMethod.RSA_SHA1 ? "SHA1withRSA" : "SHA256withRSA");
            verifier.initVerify(key.toRSAPublicKey());
            verifier.update("GET&base&string".getBytes(StandardCharsets.US_ASCII));
            assertThat(verifier.verify(Base64.getDecoder().decode(signature))).isTrue();
        }
    }

    @Test
    @DisplayName("PLAINTEXT is both secrets, encoded, with an ampersand also where there is no token")
    void plaintext() {
        assertThat(Signature.of(SignatureMethod.PLAINTEXT, client("ck", "a&b c"), "base"))
                .isEqualTo("a%26b%20c&");
        assertThat(Signature.of(
                        SignatureMethod.PLAINTEXT, client("ck", "cs").with(Secret.of("t"), Secret.of("t%s")), "base"))
                .isEqualTo("cs&t%25s");
    }

    @Test
    void saysWhatOurClientLacks() {
        Signatory none = new Signatory(Secret.of("ck"), Optional.empty(), Optional.empty(), Optional.empty());
        for (SignatureMethod method : SignatureMethod.values()) {
            assertThatThrownBy(() -> Signature.of(method, none, "base"))
                    .isInstanceOfSatisfying(
                            BrokerException.class,
                            e -> assertThat(e.type()).isEqualTo(ProblemType.PARTNER_MISCONFIGURED));
        }
        assertThatThrownBy(() -> Signatory.client(name -> Optional.empty())).isInstanceOf(BrokerException.class);
    }
}
