package dev.latchkey.signing.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.oauth1.Stamps;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.OAuth1Sandbox;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an app has signed is accepted by a partner that verifies it by code of its own, and only as it was signed. */
class OAuth1SignerTest {

    private static final String FORM = "application/x-www-form-urlencoded";

    private final OAuth1Sandbox partner = new OAuth1Sandbox();
    private final PartnerHttp http = TestOutbound.http();
    private final OAuth1Signer signer = signer(Clock.systemUTC());

    @AfterEach
    void stop() {
        partner.close();
    }

    private static OAuth1Signer signer(Clock clock) {
        Stamps stamps = OAuth1Sandbox.stamps(clock);
        return new OAuth1Signer(OAuth1Sandbox.signature(stamps), stamps);
    }

    /** Our own account at Cryptonit: the token is the registration's, and the parameters go into the query. */
    private HandshakeContext affiliate() {
        partner.control().registerPreset("cryptonit", "ck", "cs", "tok&en", "sec ret");
        SecretFields client = OAuth1Sandbox.client("cs")
                .with("token", Secret.of("tok&en"))
                .with("token_secret", Secret.of("sec ret"));
        return partner.context(
                HandshakeKind.API_KEY,
                new Dialect(SignatureMethod.HMAC_SHA1, ParameterPlace.QUERY, Map.of(), Optional.empty(), Set.of()),
                client);
    }

    private URI affiliates(String path) {
        return partner.at("x").resolve("/cryptonit/apiv2/rest/affiliates/" + path);
    }

    private static PartnerRequest request(String method, URI uri, String type, String body) {
        Map<String, String> headers = type.isEmpty() ? Map.of() : Map.of("Content-Type", type);
        return new PartnerRequest(method, uri, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private PartnerResponse send(PartnerRequest request) throws Exception {
        return http.send(request);
    }

    @Test
    @DisplayName("R118 signs with the registration's own token; a JSON body goes out as it is")
    void registered() throws Exception {
        HandshakeContext context = affiliate();
        Credential own = new Credential.Registered();
        String account =
                "{\"account\":{\"name\":\"x-ü\",\"pass\":\"p\",\"mail\":\"m@x.example\",\"terms_of_use\":\"1\"}}";

        PartnerResponse terms =
                send(signer.sign(context, own, request("GET", affiliates("terms?lang=a%20b&lang=+%7E"), "", "")));
        PartnerResponse user =
                send(signer.sign(context, own, request("POST", affiliates("user"), "application/json", account)));

        assertThat(signer.scheme()).isEqualTo(SigningScheme.OAUTH1);
        assertThat(terms.status()).isEqualTo(200);
        assertThat(user.status()).isEqualTo(200);
        assertThat(new String(user.body(), StandardCharsets.UTF_8)).contains("\"created\":true");
    }

    @Test
    @DisplayName("R118 a signature holds for one method, one address and one form, once")
    void exact() throws Exception {
        HandshakeContext context = affiliate();
        PartnerRequest signed =
                signer.sign(context, new Credential.Registered(), request("GET", affiliates("terms?a=1"), "", ""));
        String address = signed.uri().toString();

        PartnerRequest otherQuery = request("GET", URI.create(address.replace("a=1", "a=2")), "", "");
        PartnerRequest otherPath = request("GET", URI.create(address.replace("terms", "terms/")), "", "");
        PartnerRequest otherMethod =
                request("POST", URI.create(address.replace("terms", "user")), "application/json", "{}");

        assertThat(send(otherQuery).status()).isEqualTo(401);
        assertThat(send(otherPath).status()).isEqualTo(404);
        assertThat(send(otherMethod).status()).isEqualTo(401);
        assertThat(send(signed).status()).isEqualTo(200);
        assertThat(send(signed).status()).as("a nonce is good once").isEqualTo(401);
        assertThat(partner.control().rejections("cryptonit", "nonce used twice"))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("signs forms as a part of the base string, in every place")
    void forms() throws Exception {
        String form = "a=%C3%BC+b&a=&c=%7e&a=2";
        for (ParameterPlace place : ParameterPlace.values()) {
            partner.control().registerToken(OAuth1Sandbox.PARTNER, "ck", "c&s", "t 1", "s%1", "alice");
            HandshakeContext context = partner.context(SignatureMethod.HMAC_SHA256, place, OAuth1Sandbox.client("c&s"));
            PartnerRequest bare = request("POST", partner.at("api/orders?x=y"), FORM, form);
            assertThat(signer.readsBody(bare)).isTrue();

            PartnerRequest signed =
                    signer.sign(context, new Credential.OAuth1(Secret.of("t 1"), Secret.of("s%1")), bare);
            byte[] changed = new String(signed.body(), StandardCharsets.UTF_8)
                    .replace("a=2", "a=3")
                    .getBytes(StandardCharsets.UTF_8);
            PartnerRequest other = new PartnerRequest("POST", signed.uri(), signed.headers(), changed);

            assertThat(send(other).status()).as("%s, with another form", place).isEqualTo(401);
            assertThat(send(signed).status()).as(place.name()).isEqualTo(200);
        }
        assertThat(partner.control().rejections(OAuth1Sandbox.PARTNER, "signature does not verify"))
                .isEqualTo(3);
    }

    @Test
    @DisplayName("R97 recovers from a clock that is off, once")
    void recovers() throws Exception {
        HandshakeContext context = affiliate();
        OAuth1Signer late = signer(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-7)));
        Credential own = new Credential.Registered();

        PartnerResponse refusal = send(late.sign(context, own, request("GET", affiliates("terms"), "", "")));
        assertThat(refusal.status()).isEqualTo(401);
        assertThat(late.recovers(context, refusal)).isTrue();
        PartnerResponse answer = send(late.sign(context, own, request("GET", affiliates("terms"), "", "")));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(late.recovers(context, answer)).isFalse();
        assertThat(late.recovers(context, refusal))
                .as("the same again is not the clock")
                .isFalse();
    }

    @Test
    @DisplayName("R118 PLAINTEXT signatures, which are the secrets, are for no app to see")
    void plaintextIsNotHandedOut() {
        for (SignatureMethod method : SignatureMethod.values()) {
            HandshakeContext context = partner.context(method, ParameterPlace.HEADER, OAuth1Sandbox.client("cs"));
            assertThat(signer.mayBeHandedOut(context)).isEqualTo(method != SignatureMethod.PLAINTEXT);
        }
    }

    @Test
    void signsOnlyWithCredentialsOfItsKind() {
        HandshakeContext context = partner.context();
        PartnerRequest bare = request("GET", partner.at("api/x"), "", "");

        assertThatThrownBy(() -> signer.sign(context, new Credential.Registered(), bare))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.PARTNER_MISCONFIGURED));
        assertThat(signer.readsBody(request("POST", partner.at("api/x"), "application/json", "{}")))
                .isFalse();
        assertThat(signer.methodsOf(bare)).containsExactly("GET");
        assertThat(signer.openByDefault()).isTrue();
    }
}
