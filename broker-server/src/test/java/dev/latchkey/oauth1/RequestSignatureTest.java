package dev.latchkey.oauth1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.OAuth1Sandbox;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSignatureTest {

    private static final String FORM = "application/x-www-form-urlencoded";

    private final RequestSignature signature = OAuth1Sandbox.signature(OAuth1Sandbox.stamps(Clock.systemUTC()));
    private final Signatory signatory =
            Signatory.client(OAuth1Sandbox.client("cs")::get).with(Secret.of("t"), Secret.of("ts"));

    private PartnerRequest sign(SignatureMethod method, ParameterPlace place, PartnerRequest bare) {
        Dialect dialect = new Dialect(method, place, Map.of(), Optional.empty(), Set.of());
        return signature.sign("p", dialect, signatory, Map.of(), bare);
    }

    private static PartnerRequest request(String method, String uri, Map<String, String> headers, String body) {
        return new PartnerRequest(method, URI.create(uri), headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private void refuses(ParameterPlace place, PartnerRequest bare) {
        assertThatThrownBy(() -> sign(SignatureMethod.HMAC_SHA1, place, bare))
                .isInstanceOfSatisfying(BrokerException.class, e -> {
                    assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST);
                    assertThat(e.publicDetail()).doesNotContain("x=1");
                });
    }

    @Test
    @DisplayName("R118 changes nothing of a request but the place of its parameters")
    void addsOnly() {
        Map<String, String> json = Map.of("content-type", "application/json", "X-Y", "z");
        String body = "{\"oauth_token\":\"not ours\"}";
        PartnerRequest header = sign(
                SignatureMethod.HMAC_SHA1,
                ParameterPlace.HEADER,
                request("POST", "https://a.example/x?b=%7e", json, body));
        PartnerRequest query = sign(
                SignatureMethod.HMAC_SHA1,
                ParameterPlace.QUERY,
                request("POST", "https://a.example/x?b=%7e", json, body));
        PartnerRequest bare = sign(
                SignatureMethod.HMAC_SHA1, ParameterPlace.QUERY, request("GET", "https://a.example?", Map.of(), ""));

        assertThat(header.uri()).hasToString("https://a.example/x?b=%7e");
        assertThat(header.headers()).containsAllEntriesOf(json).hasSize(3);
        assertThat(header.body()).asString().isEqualTo(body);
        assertThat(query.uri().toString()).startsWith("https://a.example/x?b=%7e&oauth_consumer_key=ck&oauth_token=t&");
        assertThat(query.headers()).isEqualTo(json);
        assertThat(query.body()).asString().isEqualTo(body);
        assertThat(bare.uri().toString()).startsWith("https://a.example?oauth_consumer_key=");
    }

    @Test
    @DisplayName("R118 puts parameters into a form byte for byte behind its own, and makes one where there is no body")
    void bodies() {
        PartnerRequest form = sign(
                SignatureMethod.HMAC_SHA1,
                ParameterPlace.BODY,
                request("POST", "https://a.example/", Map.of("content-TYPE", FORM + "; charset=UTF-8"), "b=%7e&c=+"));
        PartnerRequest made = sign(
                SignatureMethod.HMAC_SHA1, ParameterPlace.BODY, request("POST", "https://a.example/", Map.of(), ""));

        assertThat(form.body())
                .asString()
                .startsWith("b=%7e&c=+&oauth_consumer_key=ck&")
                .contains("&oauth_signature=");
        assertThat(form.headers()).containsExactly(Map.entry("content-TYPE", FORM + "; charset=UTF-8"));
        assertThat(made.body()).asString().startsWith("oauth_consumer_key=ck&");
        assertThat(made.headers()).containsExactly(Map.entry("Content-Type", FORM));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://a.example/?oauth_token=x%3D1",
                "https://a.example/?oauth%5Fnonce=x=1",
                "https://a.example/?a=%ff",
                "https://a.example/?a=1&&b=2",
                "https://a.example/#x=1",
                "https://u:x=1@a.example/",
                "https://a.example/ä"
            })
    @DisplayName("R118 refuses an address that cannot be signed exactly, and echoes nothing of it")
    void refusesAddresses(String address) {
        refuses(ParameterPlace.HEADER, request("GET", address, Map.of(), ""));
    }

    @Test
    @DisplayName("R118 refuses a credential, a foreign charset, a broken form, and a body without room")
    void refusesBodies() {
        String uri = "https://a.example/";
        refuses(ParameterPlace.QUERY, request("GET", uri, Map.of("authorization", "x=1"), ""));
        refuses(ParameterPlace.HEADER, request("POST", uri, Map.of("Content-Type", FORM), "a=ü"));
        refuses(ParameterPlace.HEADER, request("POST", uri, Map.of("Content-Type", FORM), "oauth_token=x=1"));
        refuses(ParameterPlace.HEADER, request("POST", uri, Map.of("Content-Type", FORM + ";charset=latin1"), "a=b"));
        refuses(ParameterPlace.BODY, request("POST", uri, Map.of("Content-Type", "application/json"), "{}"));
        refuses(ParameterPlace.BODY, request("POST", uri, Map.of(), "{}"));
        refuses(ParameterPlace.BODY, request("GET", uri, Map.of(), ""));
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example/, true",
        "http://127.0.0.1:80/, true",
        "http://[::1]/, true",
        "http://a.example/, false",
        "http://127.0.0.1.a.example/, false"
    })
    @DisplayName("R97 signs by PLAINTEXT over TLS only")
    void plaintext(String address, boolean allowed) {
        PartnerRequest bare = request("GET", address, Map.of(), "");
        if (allowed) {
            assertThat(sign(SignatureMethod.PLAINTEXT, ParameterPlace.HEADER, bare)
                            .headers()
                            .get("Authorization"))
                    .contains("oauth_signature=\"cs%26ts\"");
        } else {
            assertThatThrownBy(() -> sign(SignatureMethod.PLAINTEXT, ParameterPlace.HEADER, bare))
                    .isInstanceOfSatisfying(
                            BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.URL_NOT_ALLOWED));
        }
    }

    @Test
    @DisplayName("R151 prints no secret")
    void prints() {
        assertThat(signatory.toString()).doesNotContain("=cs", "=ts", "=ck").contains("[secret]");
    }
}
