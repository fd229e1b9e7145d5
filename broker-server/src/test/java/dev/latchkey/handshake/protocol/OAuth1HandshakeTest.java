package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.handshake.BrowserReturn;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.oauth1.Stamps;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.client.SeenRequest;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.OAuth1Sandbox;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The three legs against the sandbox, which checks each signature by code of its own. */
class OAuth1HandshakeTest implements HandshakeContract<OAuth1Handshake> {

    private static final Secret STATE = Secret.of("state");

    private final OAuth1Sandbox partner = new OAuth1Sandbox();
    private Clock clock = Clock.systemUTC();

    @AfterEach
    void stop() {
        partner.close();
    }

    @Override
    public OAuth1Handshake handshake(PartnerHttp http) {
        Stamps stamps = OAuth1Sandbox.stamps(clock);
        return new OAuth1Handshake(new OAuth1Endpoint(http, OAuth1Sandbox.signature(stamps), stamps, clock));
    }

    @Override
    public HandshakeKind expectedKind() {
        return HandshakeKind.OAUTH1;
    }

    private OAuth1Handshake real() {
        return handshake(TestOutbound.http());
    }

    private static HandshakeStep.Redirect begun(OAuth1Handshake handshake, HandshakeContext context) {
        return (HandshakeStep.Redirect) handshake.begin(context, STATE);
    }

    private static Callback callback(Map<String, String> query) {
        return Callback.of(query.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> List.of(entry.getValue()))));
    }

    private Credential.OAuth1 finished(OAuth1Handshake handshake, HandshakeContext context) {
        HandshakeStep.Redirect step = begun(handshake, context);
        Callback back = callback(Story.query(partner.consented(step.location())));
        assertThat(handshake.read(context.partner().profile(), back))
                .isEqualTo(new BrowserReturn(step.flow(), Optional.empty()));
        return (Credential.OAuth1) handshake.complete(context, back, step.memo());
    }

    private static String parameter(Map<String, String> query, String name) {
        return Optional.ofNullable(query.get(name)).orElseThrow();
    }

    private static void fails(ProblemType type, Runnable step) {
        assertThatThrownBy(step::run)
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(type));
    }

    @ParameterizedTest
    @EnumSource(SignatureMethod.class)
    @DisplayName("walks the three legs with every signature method and in every place")
    void threeLegs(SignatureMethod method) throws Exception {
        RSAKey key = new RSAKeyGenerator(2048).generate();
        SecretFields client = method.signsWithKey()
                ? SecretFields.of("consumer_key", Secret.of("ck")).with("private_key", Secret.of(key.toJSONString()))
                : OAuth1Sandbox.client("c&s ü");
        String pem = Base64.getMimeEncoder().encodeToString(key.toRSAPublicKey().getEncoded());
        for (ParameterPlace place : ParameterPlace.values()) {
            String callback = OAuth1Sandbox.CALLBACK.toString();
            if (method.signsWithKey()) {
                partner.control().registerKeyConsumer(OAuth1Sandbox.PARTNER, "ck", pem, callback);
            } else {
                partner.control().registerConsumer(OAuth1Sandbox.PARTNER, "ck", "c&s ü", callback);
            }

            Credential.OAuth1 credential = finished(real(), partner.context(method, place, client));

            assertThat(credential.token()).isNotEqualTo(credential.tokenSecret());
        }
        assertThat(partner.count("request_token")).isEqualTo(3);
        assertThat(partner.count("access_token")).isEqualTo(3);
    }

    @Test
    @DisplayName("sends the registered redirect URI byte for byte, and what the row wants on every request")
    void requestToken() {
        HandshakeStep.Redirect step = begun(real(), partner.context());

        SeenRequest seen = partner.control()
                .requests(OAuth1Sandbox.PARTNER, "request_token")
                .getFirst();
        assertThat(seen.header("authorization").orElseThrow())
                .contains("oauth_callback=\"http%3A%2F%2F127.0.0.1%3A1%2Fcallback%2Fp%3Fa%3Db%2520c%26d\"");
        assertThat(seen.header("user-agent")).contains("latchkey-test");
        assertThat(step.location().toString()).startsWith(partner.at("authorize") + "?oauth_token=");
        assertThat(Story.query(step.location())).containsOnlyKeys("oauth_token");
        assertThat(Secret.of(parameter(Story.query(step.location()), "oauth_token")))
                .isEqualTo(step.flow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"omitted", "false"})
    @DisplayName("R94 stops where the partner does not confirm the callback")
    void unconfirmed(String confirmed) {
        HandshakeContext context = partner.context();
        partner.control().oauth1Rules(OAuth1Sandbox.PARTNER, Map.of("callback_confirmed", confirmed));

        fails(ProblemType.OAUTH1_CALLBACK_NOT_CONFIRMED, () -> begun(real(), context));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            oauth_token=t                                | INVALID_REQUEST
            oauth_token=t&oauth_verifier=                | INVALID_REQUEST
            oauth_verifier=v                             | STATE_INVALID
            oauth_token=t&denied=t&oauth_verifier=v      | STATE_INVALID
            oauth_token=t&oauth_verifier=v&oauth_problem=x | INVALID_REQUEST
            state=s&code=c                               | STATE_INVALID
            """)
    @DisplayName("R95 takes no return without a token or a verifier")
    void incomplete(String query, ProblemType type) {
        Map<String, String> parameters = Story.query(URI.create("http://x/?" + query));

        fails(type, () -> real().read(partner.context().partner().profile(), callback(parameters)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            denied=t                                  | access_denied
            oauth_token=t&oauth_problem=user_refused  | access_denied
            oauth_token=t&oauth_problem=<b>           | server_error
            """)
    @DisplayName("reads a no in both of the ways that partners tell it")
    void denied(String query, String error) {
        Callback back = Callback.of(java.util.Arrays.stream(query.split("&"))
                .map(pair -> pair.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> List.of(pair[1]))));

        assertThat(real().read(partner.context().partner().profile(), back))
                .isEqualTo(new BrowserReturn(Secret.of("t"), Optional.of(error)));
    }

    @Test
    @DisplayName("R95 a verifier of another flow and another token end at 400 or at the partner, never in a credential")
    void foreignVerifier() {
        HandshakeContext context = partner.context();
        OAuth1Handshake handshake = real();
        HandshakeStep.Redirect own = begun(handshake, context);
        HandshakeStep.Redirect other = begun(handshake, context);
        Map<String, String> foreign = Story.query(partner.consented(other.location()));

        fails(ProblemType.STATE_INVALID, () -> handshake.complete(context, callback(foreign), own.memo()));
        assertThat(partner.count("access_token")).isZero();
        Map<String, String> mixed = Map.of(
                "oauth_token",
                own.flow().reveal(Purpose.SEND_TO_PARTNER),
                "oauth_verifier",
                parameter(foreign, "oauth_verifier"));
        fails(ProblemType.PARTNER_BAD_RESPONSE, () -> handshake.complete(context, callback(mixed), own.memo()));
    }

    @Test
    @DisplayName("R97 asks once more with the partner's time, and remembers it")
    void recoversFromAWrongClock() {
        clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-10));

        finished(real(), partner.context());

        assertThat(partner.count("request_token")).isEqualTo(2);
        assertThat(partner.count("access_token")).as("known by then").isEqualTo(1);
        assertThat(partner.control().rejections(OAuth1Sandbox.PARTNER, "timestamp refused"))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("R97 fails where the partner's own time does not help either, after one retry")
    void failsAfterOneRetry() {
        HandshakeContext context = partner.context();
        clock = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-10));
        partner.control().oauth1Rules(OAuth1Sandbox.PARTNER, Map.of("clock_ahead_seconds", 3600));

        fails(ProblemType.PARTNER_MISCONFIGURED, () -> begun(real(), context));

        assertThat(partner.count("request_token")).isEqualTo(2);
    }

    @Test
    @DisplayName("says that our client is refused where the partner does, after one request")
    void clientRefused() {
        partner.context();
        HandshakeContext wrong =
                partner.context(SignatureMethod.HMAC_SHA1, ParameterPlace.HEADER, OAuth1Sandbox.client("wrong"));

        fails(ProblemType.PARTNER_MISCONFIGURED, () -> begun(real(), wrong));

        assertThat(partner.count("request_token")).isEqualTo(1);
    }

    @Test
    @DisplayName("R64 R27 follows no redirect, sends nothing twice, and tells of a partner that is away")
    void faults() {
        HandshakeContext context = partner.context();
        FaultOrder once = FaultOrder.at(OAuth1Sandbox.PARTNER).endpoint("request_token");
        partner.control().fault(once.redirect(307, partner.at("request_token").toString()));
        fails(ProblemType.PARTNER_BAD_RESPONSE, () -> begun(real(), context));
        partner.control().fault(once.dropAfterCommit());
        fails(ProblemType.PARTNER_BAD_RESPONSE, () -> begun(real(), context));
        partner.control().fault(once.status(503, Map.of(), ""));
        fails(ProblemType.PARTNER_UNAVAILABLE, () -> begun(real(), context));
        partner.control().fault(once.status(429, Map.of("Retry-After", "7"), ""));
        fails(ProblemType.PARTNER_RATE_LIMITED, () -> begun(real(), context));
        partner.control().fault(once.huge(50_000_000));
        fails(ProblemType.PARTNER_BAD_RESPONSE, () -> begun(real(), context));

        assertThat(partner.count("request_token")).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "oauth_token=a",
                "oauth_token=&oauth_token_secret=b&oauth_callback_confirmed=true",
                "oauth_token=a&oauth_token=b&oauth_token_secret=c&oauth_callback_confirmed=true",
                "oauth_token=a%&oauth_token_secret=b&oauth_callback_confirmed=true",
                "oauth_token=a%00&oauth_token_secret=b&oauth_callback_confirmed=true",
                "oauth_token=%C3%A4&oauth_token_secret=b&oauth_callback_confirmed=true",
                "<html>oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true",
                "{\"oauth_token\":\"a\",\"oauth_token_secret\":\"b\",\"oauth_callback_confirmed\":true}"
            })
    @DisplayName("R60 takes nothing for an answer that is not exactly one, and repeats nothing of it")
    void nonsense(String body) {
        var scripted = new ScriptedPartner().answers(200, body);

        assertThatThrownBy(() -> begun(handshake(scripted), partner.context()))
                .isInstanceOfSatisfying(BrokerException.class, e -> {
                    assertThat(e.type()).isEqualTo(ProblemType.PARTNER_BAD_RESPONSE);
                    assertThat(e.publicDetail()).doesNotContain("oauth_token");
                });
        assertThat(scripted.requests).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "text/plain", "application/x-www-form-urlencoded"})
    @DisplayName("takes a form for an answer whatever the partner calls it, and one too long for none")
    void mediaTypes(String type) {
        String form = "oauth_token=a%2Bb&oauth_token_secret=c==&oauth_callback_confirmed=true&x_auth=1\n";
        var scripted = new ScriptedPartner()
                .acts(() -> answer(type, form))
                .acts(() -> answer(type, form + "&y=" + "z".repeat(20_000)));
        OAuth1Handshake handshake = handshake(scripted);

        assertThat(begun(handshake, partner.context()).flow()).isEqualTo(Secret.of("a+b"));
        fails(ProblemType.PARTNER_BAD_RESPONSE, () -> begun(handshake, partner.context()));
    }

    private static PartnerResponse answer(String type, String body) {
        return new PartnerResponse(200, Map.of("content-type", List.of(type)), body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @DisplayName("imports a token with its secret, and nothing less")
    void imports() {
        SecretFields both = SecretFields.of("token", Secret.of("t")).with("token_secret", Secret.of("s"));

        assertThat(real().importFields()).containsExactlyInAnyOrder("token", "token_secret");
        assertThat(real().imported(partner.context(), both))
                .isEqualTo(new Credential.OAuth1(Secret.of("t"), Secret.of("s")));
        fails(
                ProblemType.INVALID_REQUEST,
                () -> real().imported(partner.context(), SecretFields.of("token", Secret.of("t"))));
        fails(
                ProblemType.INVALID_REQUEST,
                () -> real().imported(partner.context(), both.with("token", Secret.of("two\nlines"))));
        assertThat(partner.count("request_token")).isZero();
    }

    @Test
    @DisplayName("R151 prints no secret on the way")
    void printsNoSecret() {
        var scripted = new ScriptedPartner()
                .answers(200, "oauth_token=tok-1&oauth_token_secret=sec-1&oauth_callback_confirmed=true");
        HandshakeContext context = partner.context();

        HandshakeStep.Redirect step = begun(handshake(scripted), context);

        assertThat(step.memo() + " " + step.flow() + " " + context + " " + scripted.requests)
                .doesNotContain("tok-1", "sec-1", "c&s");
    }
}
