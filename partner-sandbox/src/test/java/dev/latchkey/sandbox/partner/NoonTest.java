package dev.latchkey.sandbox.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.Rig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NoonTest {

    private static final String LOGIN = "/noon/identity/public/v1/api/login";
    private static final String WHOAMI = "/noon/identity/v1/whoami";
    private static final String CREATE = "/noon/identity/oauth/v1/token/create";
    private static final String EXCHANGE = "/noon/identity/oauth/v1/token/exchange";
    private static final KeyPair PAIR = newPair();

    private final Rig rig = new Rig();

    @BeforeEach
    void register() {
        rig.control().registerNoonKey("ops", "PRJ1", "key-1", pem(PAIR));
        rig.control().registerClient("noon", "integrator", "pw", Rig.CALLBACK);
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void answersALoginWithCookiesThatOpenTheApi() {
        String cookies = login(PAIR.getPrivate(), "key-1", "PRJ1");

        Answer whoami = rig.get(WHOAMI, "User-Agent", "t", "Cookie", cookies);

        assertThat(whoami.field("username")).isEqualTo("ops");
        assertThat(rig.get("/noon/orders/v1/list", "User-Agent", "t", "Cookie", cookies)
                        .field("owner"))
                .isEqualTo("ops");
        assertThat(rig.control().assertions("noon").path(0).path("accepted").asBoolean())
                .isTrue();
    }

    @Test
    void wantsEveryCookieAndALiveSession() {
        String cookies = login(PAIR.getPrivate(), "key-1", "PRJ1");
        String half = cookies.substring(0, cookies.indexOf(';'));

        assertThat(status(half)).isEqualTo(401);
        assertThat(status(cookies)).isEqualTo(200);
        assertThat(rig.control().killNoonSessions("key-1")).isEqualTo(1);
        assertThat(status(cookies)).isEqualTo(401);
    }

    @Test
    void endsASessionInItsTime() {
        rig.control().noonSettings(Map.of("session_seconds", 60));
        String cookies = login(PAIR.getPrivate(), "key-1", "PRJ1");

        rig.clock().advance(Duration.ofSeconds(59));
        assertThat(status(cookies)).isEqualTo(200);
        rig.clock().advance(Duration.ofSeconds(1));
        assertThat(status(cookies)).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RS384|key-1|0|{}|401",
                "none|key-1|0|{}|401",
                "RS256|key-9|0|{}|401",
                "RS256|key-1|6|{}|401",
                "RS256|key-1|-6|{}|401",
                "RS256|key-1|0|{\"aud\":\"x\"}|401",
                "RS256|key-1|5|{}|200",
            })
    void checksTheToken(String algorithm, String keyId, long age, String more, int expected) {
        long issued = rig.clock().instant().getEpochSecond() - age;
        String extra = more.equals("{}") ? "" : "," + more.substring(1, more.length() - 1);
        String claims =
                "{\"sub\":\"" + keyId + "\",\"iat\":" + issued + ",\"jti\":\"" + UUID.randomUUID() + "\"" + extra + "}";

        assertThat(post(LOGIN, body(jws(PAIR.getPrivate(), "{\"alg\":\"" + algorithm + "\"}", claims), "PRJ1"), "")
                        .status())
                .isEqualTo(expected);
    }

    @Test
    void takesNoTokenTwiceNoOtherProjectAndNoAnonymousClient() {
        String token = token(PAIR.getPrivate(), "key-1");

        assertThat(post(LOGIN, body(token, "PRJ2"), "").status()).isEqualTo(403);
        assertThat(post(LOGIN, body(token, "PRJ1"), "").field("error_description"))
                .isEqualTo("login token jti was used before");
        assertThat(rig.send(
                                "POST",
                                LOGIN,
                                body(token(PAIR.getPrivate(), "key-1"), "PRJ1"),
                                "Content-Type",
                                "application/json",
                                "User-Agent",
                                "")
                        .status())
                .isEqualTo(400);
        assertThat(post(LOGIN, body(token(newPair().getPrivate(), "key-1"), "PRJ1"), "")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void holdsFiveKeysAnAccountAndForgetsARemovedOne() {
        for (int i = 2; i <= 5; i++) {
            rig.control().registerNoonKey("ops", "PRJ1", "key-" + i, pem(PAIR));
        }
        assertThatThrownBy(() -> rig.control().registerNoonKey("ops", "PRJ1", "key-6", pem(PAIR)))
                .hasMessageContaining("409");

        rig.control().removeNoonKey("key-1");

        assertThat(post(LOGIN, body(token(PAIR.getPrivate(), "key-1"), "PRJ1"), "")
                        .status())
                .isEqualTo(401);
        assertThat(login(PAIR.getPrivate(), "key-2", "PRJ1")).contains("noon_session");
    }

    @Test
    void sendsTheCookiesThatItIsTold() {
        rig.control().noonSettings(Map.of("cookies", List.of("a={session}; Domain=evil.example", "b={project}")));

        Answer answer = post(LOGIN, body(token(PAIR.getPrivate(), "key-1"), "PRJ1"), "");

        assertThat(answer.headers("set-cookie")).hasSize(2).contains("b=PRJ1");
    }

    @Test
    void turnsASellersConsentIntoAKeyOfTheSeller() throws Exception {
        String integrator = login(PAIR.getPrivate(), "key-1", "PRJ1");
        String code = rig.code("/noon-oauth/", "client_id=integrator&state=s1", "shop");
        String client = "{\"client_id\":\"integrator\",\"client_secret\":\"pw\",";

        assertThat(post(CREATE, client + "\"code\":\"" + code + "\"}", "").status())
                .isEqualTo(401);
        Answer created = post(CREATE, client + "\"code\":\"" + code + "\"}", integrator);
        Answer file = post(EXCHANGE, client + "\"token\":\"" + created.field("token") + "\"}", integrator);

        assertThat(post(CREATE, client + "\"code\":\"" + code + "\"}", integrator)
                        .status())
                .isEqualTo(400);
        String seller = login(privateKey(file.json()), file.field("key_id"), file.field("project_code"));
        assertThat(rig.get(WHOAMI, "User-Agent", "t", "Cookie", seller).field("username"))
                .isEqualTo("shop");
    }

    private int status(String cookies) {
        return rig.get(WHOAMI, "User-Agent", "t", "Cookie", cookies).status();
    }

    private String login(PrivateKey key, String keyId, String project) {
        Answer answer = post(LOGIN, body(token(key, keyId), project), "");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return String.join(
                "; ",
                answer.headers("set-cookie").stream()
                        .map(line -> line.substring(0, line.indexOf(';')))
                        .toList());
    }

    private Answer post(String path, String json, String cookies) {
        return rig.send(
                "POST",
                path,
                json,
                Stream.concat(
                                Stream.of("Content-Type", "application/json", "User-Agent", "t"),
                                cookies.isEmpty() ? Stream.of() : Stream.of("Cookie", cookies))
                        .toArray(String[]::new));
    }

    private static String body(String token, String project) {
        return "{\"token\":\"" + token + "\",\"default_project_code\":\"" + project + "\"}";
    }

    private String token(PrivateKey key, String keyId) {
        return jws(
                key,
                "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
                "{\"sub\":\"" + keyId + "\",\"iat\":" + rig.clock().instant().getEpochSecond() + ",\"jti\":\""
                        + UUID.randomUUID() + "\"}");
    }

    private static String jws(PrivateKey key, String header, String claims) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String signed = base64.encodeToString(header.getBytes(StandardCharsets.UTF_8)) + "."
                + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + base64.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PrivateKey privateKey(JsonNode file) throws GeneralSecurityException {
        String pem = file.path("private_key").asText().replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }

    private static KeyPair newPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(KeyPair pair) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----";
    }
}
