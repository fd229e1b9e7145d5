package dev.latchkey.sandbox.partner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.GenericFlow;
import dev.latchkey.sandbox.testkit.Rig;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GenericPartnerTest {

    private static final String METADATA = "/.well-known/oauth-authorization-server/generic/alpha";

    private final Rig rig = new Rig();
    private final GenericFlow flow = new GenericFlow(rig);

    @AfterEach
    void stop() {
        rig.close();
    }

    private String issuer() {
        return rig.base() + "/generic/alpha";
    }

    @Test
    void publishesMetadata() {
        JsonNode metadata = rig.get(METADATA).json();
        assertThat(metadata.path("issuer").asText()).isEqualTo(issuer());
        assertThat(metadata.path("token_endpoint").asText()).isEqualTo(issuer() + "/token");
        assertThat(metadata.path("authorization_response_iss_parameter_supported")
                        .asBoolean())
                .isTrue();
        assertThat(metadata.path("token_endpoint_auth_methods_supported").toString())
                .isEqualTo("[\"client_secret_basic\",\"client_secret_post\",\"private_key_jwt\"]");

        flow.settings(Map.of("iss_advertised", false, "iss", "missing"));
        assertThat(rig.get(METADATA)
                        .json()
                        .path("authorization_response_iss_parameter_supported")
                        .asBoolean())
                .isFalse();
        assertThat(flow.consent("alice").toString()).doesNotContain("iss=");
    }

    @Test
    void existsOnlyOnceItIsNamed() {
        assertThat(rig.get("/.well-known/oauth-authorization-server/generic/beta")
                        .status())
                .isEqualTo(404);
        rig.control().settings("generic/beta", Map.of());
        assertThat(rig.get("/.well-known/oauth-authorization-server/generic/beta")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void keepsPartnersApart() {
        rig.control().registerClient("generic/beta", "app", "pw", Rig.CALLBACK);
        Answer alpha = flow.connect("alice");
        assertThat(rig.get("/generic/beta/api/me", "Authorization", "Bearer " + alpha.field("access_token"))
                        .status())
                .isEqualTo(401);
        assertThat(rig.post(
                                "/generic/beta/token",
                                "grant_type=refresh_token&refresh_token=" + alpha.field("refresh_token")
                                        + GenericFlow.CREDENTIALS)
                        .field("error"))
                .isEqualTo("invalid_grant");
        assertThat(flow.refresh(alpha.field("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void namesItselfInTheAuthorizationResponse() {
        assertThat(Rig.parameter(flow.consent("alice"), "iss")).isEqualTo(issuer());
    }

    @Test
    void misnamesItselfOnOrder() {
        rig.control().fault(FaultOrder.at(GenericFlow.PARTNER).iss("wrong"));
        rig.control().fault(FaultOrder.at(GenericFlow.PARTNER).iss("missing"));
        rig.control().fault(FaultOrder.at(GenericFlow.PARTNER).iss("duplicate"));
        rig.control().fault(FaultOrder.at(GenericFlow.PARTNER).issText(issuer() + "/"));

        assertThat(issues(flow.consent("a"))).containsExactly("https://wrong-issuer.example");
        assertThat(issues(flow.consent("a"))).isEmpty();
        assertThat(issues(flow.consent("a"))).containsExactly(issuer(), issuer());
        assertThat(issues(flow.consent("a"))).containsExactly(issuer() + "/");
        assertThat(issues(flow.consent("a"))).containsExactly(issuer());
    }

    @Test
    void misnamesItselfBySetting() {
        flow.settings(Map.of("iss", "wrong"));
        assertThat(issues(flow.consent("a"))).containsExactly("https://wrong-issuer.example");
    }

    @Test
    void revokesARefreshTokenWithItsFamily() {
        Answer tokens = flow.connect("alice");
        Answer answer =
                rig.post("/generic/alpha/revoke", "token=" + tokens.field("refresh_token") + GenericFlow.CREDENTIALS);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(flow.call(tokens.field("access_token")).status()).isEqualTo(401);
        assertThat(flow.refresh(tokens.field("refresh_token")).field("error")).isEqualTo("invalid_grant");
    }

    @Test
    void revokesAnAccessTokenAlone() {
        Answer tokens = flow.connect("alice");
        rig.post(
                "/generic/alpha/revoke",
                "token_type_hint=access_token&token=" + tokens.field("access_token") + GenericFlow.CREDENTIALS);
        assertThat(flow.call(tokens.field("access_token")).status()).isEqualTo(401);
        assertThat(flow.refresh(tokens.field("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void revokesForTheOwnerOnly() {
        rig.control().registerClient(GenericFlow.PARTNER, "other", "pw");
        Answer tokens = flow.connect("alice");
        String token = "token=" + tokens.field("refresh_token");
        assertThat(rig.post("/generic/alpha/revoke", token + "&client_id=other&client_secret=pw")
                        .status())
                .isEqualTo(400);
        assertThat(rig.post("/generic/alpha/revoke", token + "&client_id=app&client_secret=no")
                        .status())
                .isEqualTo(401);
        assertThat(rig.post("/generic/alpha/revoke", "token=unknown" + GenericFlow.CREDENTIALS)
                        .status())
                .isEqualTo(200);
        assertThat(flow.refresh(tokens.field("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void refusesTheCodeOfAnotherClientWithoutHarm() {
        rig.control().registerClient(GenericFlow.PARTNER, "thief", "pw", Rig.CALLBACK);
        String code = Rig.parameter(flow.consent("alice"), "code");
        Answer stolen = rig.post(
                GenericFlow.TOKEN,
                "grant_type=authorization_code&client_id=thief&client_secret=pw&code=" + code + "&redirect_uri="
                        + Rig.enc(Rig.CALLBACK));
        assertThat(stolen.field("error")).isEqualTo("invalid_grant");
        assertThat(flow.exchange(code).status()).isEqualTo(200);
    }

    @Test
    void letsExtraParametersPassIfTold() {
        String ask = GenericFlow.ASK + "&resource=x";
        assertThat(rig.get(GenericFlow.AUTHORIZE + "?" + ask).status()).isEqualTo(303);
        flow.settings(Map.of("extra_parameters", List.of("resource")));
        assertThat(rig.get(GenericFlow.AUTHORIZE + "?" + ask).status()).isEqualTo(200);
    }

    @Test
    void readsFormEncodedBasicCredentials() {
        rig.control().registerClient(GenericFlow.PARTNER, "a:b", "p w+%", Rig.CALLBACK);
        Answer answer = rig.post(
                GenericFlow.TOKEN,
                "grant_type=client_credentials&scope=x",
                "Authorization",
                Rig.basic("a%3Ab", "p+w%2B%25"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.field("scope")).isEqualTo("x");
    }

    private static List<String> issues(URI uri) {
        return List.of(uri.getRawQuery().split("&", -1)).stream()
                .filter(pair -> pair.startsWith("iss="))
                .map(pair -> Rig.parameter(URI.create("http://x/?" + pair), "iss"))
                .toList();
    }
}
