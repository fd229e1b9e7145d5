package dev.latchkey.sandbox.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.sandbox.client.SeenRequest;
import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.GenericFlow;
import dev.latchkey.sandbox.testkit.Rig;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ControlApiTest {

    private final Rig rig = new Rig();
    private final GenericFlow flow = new GenericFlow(rig);

    @AfterEach
    void stop() {
        rig.close();
    }

    private Answer command(String method, String path, String json) {
        return rig.send(method, path, json, "Content-Type", "application/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"partner\":\"nobody\",\"client_id\":\"a\",\"client_secret\":\"b\"}",
                "{\"partner\":\"noones\",\"client_id\":\"a\"}",
                "{\"partner\":\"noones\",\"client_secret\":\"b\"}",
                "{\"partner\":\"noones\",\"client_id\":\"a\",\"client_secret\":\"b\",\"x\":1}",
                "{\"partner\":\"noones\",\"client_id\":\"a\",\"client_id\":\"a\",\"client_secret\":\"b\"}",
                "{\"partner\":\"noones\",\"client_id\":\"a\",\"client_secret\":5}",
                "{\"partner\":\"noones\",\"client_id\":\"a\",\"client_secret\":\"b\",\"redirect_uris\":\"http://x\"}",
                "{\"partner\":\"noones\",\"client_id\":\"a\",\"client_secret\":\"b\",\"redirect_uris\":[\"javascript:alert(1)\"]}",
                "{\"partner\":\"noones\",\"client_id\":\"a\",\"client_secret\":\"b\",\"redirect_uris\":[\"http://x/#f\"]}",
                "{\"partner\":\"noones\",\"client_id\":\"a\",\"public_key\":\"no key\"}",
                "{\"partner\":\"noones\",\"client_id\":\"a\",\"client_secret\":\"b\"} {}",
                "[]",
                "{"
            })
    void refusesAClientItDoesNotUnderstand(String json) {
        assertThat(command("POST", "/control/clients", json).status()).isBetween(400, 404);
        assertThat(rig.get("/control/clients").json()).hasSize(1);
    }

    @Test
    void wantsJsonAndKnownAddresses() {
        assertThat(rig.post("/control/reset", "a=b").status()).isEqualTo(415);
        assertThat(rig.get("/control/nothing").status()).isEqualTo(404);
        assertThat(rig.send("DELETE", "/control/counters", "").status()).isEqualTo(404);
        assertThat(rig.get("/control/requests?x=1").status()).isEqualTo(400);
        assertThatThrownBy(() -> rig.control().settings("noones", Map.of("rotation", "sometimes")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void answersToItsOwnNameOnly() throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), rig.uri("/").getPort())) {
            socket.getOutputStream()
                    .write("GET /control/clients HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 421");
        }
    }

    @Test
    void resetsSettingsThatAreNotGivenAgain() {
        flow.settings(Map.of("rotation", "none", "access_token_seconds", 7));
        var settings = rig.control().settings(GenericFlow.PARTNER, Map.of("access_token_seconds", 9));
        assertThat(settings.path("rotation").asText()).isEqualTo("strict");
        assertThat(settings.path("access_token_seconds").asInt()).isEqualTo(9);
        assertThat(rig.get("/control/settings/cryptonit").field("rotation")).isEqualTo("strict");
        assertThat(rig.get("/control/settings/noones").field("rotation")).isEqualTo("none");
    }

    @Test
    void showsTheRequestsItSaw() {
        flow.connect("alice");
        List<SeenRequest> seen = rig.control().requests(GenericFlow.PARTNER, "token");
        assertThat(seen).hasSize(1);
        SeenRequest request = seen.getFirst();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("/generic/alpha/token");
        assertThat(request.formValue("client_secret")).contains("pw");
        assertThat(request.header("user-agent")).isPresent();
        assertThat(rig.control().requests(GenericFlow.PARTNER, "authorize")).hasSize(2);
        assertThat(rig.control().requests("noones", "token")).isEmpty();
    }

    @Test
    void keepsAThousandRequests() {
        for (int i = 0; i < 1005; i++) {
            rig.get("/generic/alpha/api/" + i);
        }
        List<SeenRequest> seen = rig.control().requests(GenericFlow.PARTNER, "api");
        assertThat(seen).hasSize(1000);
        assertThat(seen.getFirst().path()).isEqualTo("/generic/alpha/api/5");
        assertThat(rig.control().count(GenericFlow.PARTNER, "api")).isEqualTo(1005);
    }

    @Test
    void endsAFamilyOnBehalfOfItsUser() {
        Answer tokens = flow.connect("alice");
        String family = rig.control().familyOf(GenericFlow.PARTNER, "alice").orElseThrow();
        rig.control().endFamily(family);
        assertThat(flow.call(tokens.field("access_token")).status()).isEqualTo(401);
        assertThat(flow.refresh(tokens.field("refresh_token")).field("error")).isEqualTo("invalid_grant");
        assertThat(rig.control().families().path(0).path("dead_because").asText())
                .isEqualTo("revoked by the user");
        assertThatThrownBy(() -> rig.control().endFamily("family-999")).hasMessageContaining("404");
    }

    @Test
    void forgetsWhatItIsToldToForget() {
        Answer tokens = flow.connect("alice");
        rig.control().reset("counters", "requests");
        assertThat(rig.control().count(GenericFlow.PARTNER, "token")).isZero();
        assertThat(rig.control().requests(GenericFlow.PARTNER, "token")).isEmpty();
        assertThat(flow.call(tokens.field("access_token")).status()).isEqualTo(200);

        rig.control().reset();
        assertThat(flow.call(tokens.field("access_token")).status()).isEqualTo(404);
        assertThat(rig.control().families()).isEmpty();
        assertThat(rig.get("/control/clients").json()).isEmpty();
        assertThatThrownBy(() -> rig.control().reset("everything")).hasMessageContaining("400");
    }

    @Test
    void countsRejectionsWithTheirReason() {
        flow.refresh("nonsense");
        assertThat(rig.control()
                        .counters()
                        .path("partners")
                        .path(GenericFlow.PARTNER)
                        .path("rejections")
                        .path("unknown refresh token")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void showsAPersonWhatThereIs() {
        rig.control().registerClient("noones", "<script>alert(1)</script>", "pw");
        flow.connect("<b>alice</b>");
        String page = rig.get("/").text();
        assertThat(page)
                .contains("/cryptonit/oauth/token", "generic/alpha", "family-1", "&lt;b&gt;alice&lt;/b&gt;")
                .contains("&lt;script&gt;")
                .doesNotContain("<script", "<b>");
    }
}
