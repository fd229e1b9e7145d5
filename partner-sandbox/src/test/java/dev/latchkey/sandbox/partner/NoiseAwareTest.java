package dev.latchkey.sandbox.partner;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.Rig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NoiseAwareTest {

    private static final String PARTNER = "noiseaware";
    private static final String ASK =
            "/noiseaware/authorize?code=once-1&id=partner-7&redirect=" + Rig.enc(Rig.CALLBACK);

    private final Rig rig = new Rig();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private HttpServer integrator;
    private volatile int status = 200;
    private volatile String answer = "{\"access_code\":\"ac-1\"}";

    @BeforeEach
    void start() throws IOException {
        integrator = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        integrator.createContext("/", exchange -> {
            calls.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        integrator.start();
        rig.control()
                .registerCalledClient(
                        PARTNER,
                        "us",
                        "pw",
                        "partner-7",
                        "http://127.0.0.1:" + integrator.getAddress().getPort() + "/connection-url/x");
    }

    @AfterEach
    void stop() {
        integrator.stop(0);
        rig.close();
    }

    private ConsentBrowser allow() {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(rig.uri(ASK));
        browser.allow("nora");
        return browser;
    }

    private Answer post(String path, String json) {
        return rig.send("POST", path, json, "Content-Type", "application/json");
    }

    private Answer redeem(String accessCode) {
        return post("/noiseaware/token", "{\"accessCode\":\"" + accessCode + "\",\"clientID\":\"us\"}");
    }

    private Answer refresh(String token) {
        return post("/noiseaware/token/refresh", "{\"refreshToken\":\"" + token + "\",\"clientID\":\"us\"}");
    }

    private Answer connected() {
        allow();
        return redeem("ac-1");
    }

    private long rejections(String reason) {
        return rig.control()
                .counters()
                .path("partners")
                .path(PARTNER)
                .path("rejections")
                .path(reason)
                .asLong();
    }

    @Test
    void callsTheConnectionUrlBeforeTheBrowserGoesBack() {
        ConsentBrowser browser = allow();

        assertThat(calls).containsExactly("{\"client_id\":\"us\",\"client_secret\":\"pw\",\"code\":\"once-1\"}");
        assertThat(browser.location().orElseThrow()).hasToString(Rig.CALLBACK + "&access_code=ac-1");
    }

    @Test
    void sendsTheAccessCodeUnderTheNameThatIsSet() {
        rig.control().settings(PARTNER, Map.of("callback_parameter", "accessCode"));

        assertThat(allow().location().orElseThrow()).hasToString(Rig.CALLBACK + "&accessCode=ac-1");
    }

    @Test
    void callsOnceMoreWithTheSameBodyWhenTheAnswerIsLost() {
        rig.control().settings(PARTNER, Map.of("lost_answers", 1));

        assertThat(allow().location()).isPresent();
        assertThat(calls).hasSize(2);
        assertThat(calls.get(0)).isEqualTo(calls.get(1));
    }

    @Test
    void sendsNobodyBackWhenTheConnectionUrlRefuses() {
        status = 401;

        ConsentBrowser browser = allow();

        assertThat(browser.page().status()).isEqualTo(502);
        assertThat(browser.location()).isEmpty();
        assertThat(rejections("the ConnectionURL answered 401")).isEqualTo(1);
    }

    @Test
    void refusesWhatTheDocumentDoesNotHave() {
        assertThat(rig.get(ASK + "&scope=x").status()).isEqualTo(400);
        assertThat(rig.get(ASK.replace("partner-7", "partner-8")).status()).isEqualTo(400);
        assertThat(rig.get(ASK.replace("code=once-1", "code=")).status()).isEqualTo(400);
        assertThat(rig.get(ASK.replace(Rig.enc("http:"), "javascript:")).status())
                .isEqualTo(400);
        assertThat(calls).isEmpty();
    }

    @Test
    void givesAUserTokenThatGoesBareIntoTheHeader() {
        Answer tokens = connected();

        assertThat(tokens.status()).isEqualTo(200);
        assertThat(tokens.json().size()).isEqualTo(3);
        assertThat(Instant.parse(tokens.field("expiresAt")))
                .isEqualTo(rig.clock().instant().plus(Duration.ofMinutes(15)));
        String token = tokens.field("userToken");
        assertThat(token.split("\\.", -1)).hasSize(3);
        assertThat(rig.get("/noiseaware-api/units", "authorization", token).field("owner"))
                .isEqualTo("nora");
        assertThat(rig.get("/noiseaware-api/units", "authorization", "Bearer " + token)
                        .status())
                .isEqualTo(401);
        assertThat(rig.get("/noiseaware-api/units", "authorization", token + "x")
                        .status())
                .isEqualTo(401);
        assertThat(rig.get("/noiseaware-api/units").status()).isEqualTo(403);
        rig.clock().advance(Duration.ofMinutes(15));
        assertThat(rig.get("/noiseaware-api/units", "authorization", token).status())
                .isEqualTo(401);
    }

    @Test
    void takesAnAccessCodeOnce() {
        Answer tokens = connected();

        assertThat(redeem("ac-1").status()).isEqualTo(400);
        assertThat(rejections("access code reuse")).isEqualTo(1);
        assertThat(rig.get("/noiseaware-api/x", "authorization", tokens.field("userToken"))
                        .status())
                .isEqualTo(401);
        assertThat(redeem("ac-2").status()).isEqualTo(400);
    }

    @Test
    void rotatesRefreshTokensStrictly() {
        Answer first = connected();
        Answer second = refresh(first.field("refreshToken"));

        assertThat(second.status()).isEqualTo(200);
        assertThat(second.field("refreshToken")).isNotEqualTo(first.field("refreshToken"));
        assertThat(refresh(first.field("refreshToken")).status()).isEqualTo(401);
        assertThat(refresh(second.field("refreshToken")).status()).isEqualTo(401);
    }

    @Test
    void keepsARefreshTokenWhereRotationIsOff() {
        rig.control().settings(PARTNER, Map.of("rotation", "none"));
        Answer first = connected();

        assertThat(refresh(first.field("refreshToken")).field("refreshToken")).isEqualTo(first.field("refreshToken"));
    }

    @Test
    void letsARefreshTokenDieUnusedAfterFifteenDays() {
        Answer first = connected();
        rig.clock().advance(Duration.ofDays(14));
        Answer second = refresh(first.field("refreshToken"));
        assertThat(second.status()).isEqualTo(200);
        rig.clock().advance(Duration.ofDays(15));

        assertThat(refresh(second.field("refreshToken")).status()).isEqualTo(401);
        assertThat(rejections("refresh token expired")).isEqualTo(1);
    }

    @Test
    void isStrictAboutBodies() {
        connected();
        for (String body :
                List.of("", "[]", "{}", "{\"accessCode\":1,\"clientID\":\"us\"}", "{\"accessCode\":\"a\"}")) {
            assertThat(post("/noiseaware/token", body).status()).isEqualTo(400);
        }
        assertThat(post("/noiseaware/token", "{\"accessCode\":\"a\",\"clientID\":\"us\",\"x\":1}")
                        .status())
                .isEqualTo(400);
        assertThat(rig.post("/noiseaware/token", "accessCode=a&clientID=us").status())
                .isEqualTo(400);
    }
}
