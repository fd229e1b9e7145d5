package dev.latchkey.sandbox.oauth2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.Rig;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClientAssertionTest {

    private static final String PARTNER = "generic/alpha";
    private static final String HEADER = "{'alg':'RS256','typ':'client-authentication+jwt'}";

    private final Rig rig = new Rig();
    private KeyPair rsa;
    private KeyPair ec;

    ClientAssertionTest() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        rsa = generator.generateKeyPair();
        generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        ec = generator.generateKeyPair();
    }

    @BeforeEach
    void register() {
        rig.control().registerKeyClient(PARTNER, "app", pem(rsa));
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private String claims() {
        long now = rig.clock().instant().getEpochSecond();
        return "{'iss':'app','sub':'app','aud':'%s/generic/alpha','iat':%d,'exp':%d,'jti':'%s'}"
                .formatted(rig.base(), now, now + 60, UUID.randomUUID());
    }

    private Answer ask(String assertion) {
        return rig.post(
                "/generic/alpha/token",
                "grant_type=client_credentials&client_assertion_type="
                        + Rig.enc("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") + "&client_assertion="
                        + assertion);
    }

    @Test
    void acceptsRs256AndRecordsIt() throws Exception {
        assertThat(ask(sign(HEADER, claims(), "SHA256withRSA", rsa)).status()).isEqualTo(200);
        var seen = rig.control().assertions(PARTNER).path(0);
        assertThat(seen.path("accepted").asBoolean()).isTrue();
        assertThat(seen.path("header").path("typ").asText()).isEqualTo("client-authentication+jwt");
        assertThat(seen.path("claims").path("aud").asText()).isEqualTo(rig.base() + "/generic/alpha");
    }

    @Test
    void acceptsEs256WithAJwk() throws Exception {
        ECPublicKey key = (ECPublicKey) ec.getPublic();
        String jwk = "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}"
                .formatted(
                        fixed(key.getW().getAffineX().toByteArray()),
                        fixed(key.getW().getAffineY().toByteArray()));
        rig.send(
                "POST",
                "/control/clients",
                "{\"partner\":\"generic/alpha\",\"client_id\":\"app\",\"public_key\":{\"keys\":[" + jwk + "]}}",
                "Content-Type",
                "application/json");
        String header = HEADER.replace("RS256", "ES256");
        assertThat(ask(sign(header, claims(), "SHA256withECDSAinP1363Format", ec))
                        .status())
                .isEqualTo(200);
        assertThat(ask(sign(header, claims(), "SHA256withECDSA", ec)).status())
                .as("a DER signature is not JWS")
                .isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'typ':'client-authentication+jwt' | 'typ':'JWT'
            ,'typ':'client-authentication+jwt' | ~ ~
            'alg':'RS256' | 'alg':'none'
            'alg':'RS256' | 'alg':'HS256'
            'alg':'RS256' | 'alg':'ES256'
            'alg':'RS256' | 'alg':'RS256','crit':['x']
            'iss':'app' | 'iss':'other'
            'sub':'app' | 'sub':'other'
            /generic/alpha' | /generic/alpha/token'
            /generic/alpha' | /generic/alpha/'
            'jti':' | 'x':'
            'exp': | 'nbf':
            'iat': | 'nbf':
            """)
    void refusesAnAssertionThatIsNotExact(String part, String instead) throws Exception {
        String header = HEADER;
        String claims = claims();
        assertThat(header + claims).contains(part);

        Answer answer = ask(sign(header.replace(part, instead), claims.replace(part, instead), "SHA256withRSA", rsa));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.field("error")).isEqualTo("invalid_client");
    }

    @Test
    void refusesAnAudienceList() throws Exception {
        String claims = claims().replaceFirst("'aud':('[^']*')", "'aud':[$1]");
        assertThat(ask(sign(HEADER, claims, "SHA256withRSA", rsa)).field("error_description"))
                .contains("single string");
    }

    @Test
    void refusesALongLife() throws Exception {
        long now = rig.clock().instant().getEpochSecond();
        String claims = claims().replace("'exp':" + (now + 60), "'exp':" + (now + 61));
        assertThat(ask(sign(HEADER, claims, "SHA256withRSA", rsa)).field("error_description"))
                .contains("60 s");
    }

    @Test
    void refusesAnOldAndAFutureOne() throws Exception {
        long now = rig.clock().instant().getEpochSecond();
        String old = claims().replace("'iat':" + now, "'iat':" + (now - 70))
                .replace("'exp':" + (now + 60), "'exp':" + (now - 10));
        String future = claims().replace("'iat':" + now, "'iat':" + (now + 11));
        assertThat(ask(sign(HEADER, old, "SHA256withRSA", rsa)).field("error_description"))
                .contains("expired");
        assertThat(ask(sign(HEADER, future, "SHA256withRSA", rsa)).field("error_description"))
                .contains("future");
    }

    @Test
    void refusesAReplay() throws Exception {
        String assertion = sign(HEADER, claims(), "SHA256withRSA", rsa);
        assertThat(ask(assertion).status()).isEqualTo(200);
        assertThat(ask(assertion).field("error_description")).contains("jti");
        assertThat(rig.control().assertions(PARTNER).path(1).path("accepted").asBoolean(true))
                .isFalse();
    }

    @Test
    void refusesAnotherKeyAndAnotherType() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        assertThat(ask(sign(HEADER, claims(), "SHA256withRSA", generator.generateKeyPair()))
                        .status())
                .isEqualTo(401);
        assertThat(rig.post(
                                "/generic/alpha/token",
                                "grant_type=client_credentials&client_assertion_type=saml&client_assertion="
                                        + sign(HEADER, claims(), "SHA256withRSA", rsa))
                        .field("error"))
                .isEqualTo("invalid_request");
    }

    private static String sign(String header, String claims, String algorithm, KeyPair key) throws Exception {
        String signed = base64(header.replace('\'', '"').getBytes(StandardCharsets.UTF_8)) + "."
                + base64(claims.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + base64(signature.sign());
    }

    private static String pem(KeyPair key) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private static String fixed(byte[] number) {
        byte[] out = new byte[32];
        int length = Math.min(32, number.length);
        System.arraycopy(number, number.length - length, out, 32 - length, length);
        return base64(out);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
