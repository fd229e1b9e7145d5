package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.catalog.TestCatalog;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.BrowserReturn;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.handshake.protocol.answer.TokenAnswerReader;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.ProviderMetadata;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartnerCallbackHandshakeTest implements HandshakeContract<PartnerCallbackHandshake> {

    private static final Secret STATE = Secret.of("access-code-1");
    private static final String REDIRECT = "https://broker.example/callback/p?a=b&c=%20";

    private final CatalogEntry row = TestCatalog.builtIn().find("noiseaware").orElseThrow();
    private final HandshakeContext context = new HandshakeContext(
            new Partner("p", "P", row, URI.create(REDIRECT), false),
            new ProviderMetadata(Optional.empty(), false, row.endpoints()),
            SecretFields.of("partner_id", Secret.of("partner 7"))
                    .with("client_id", Secret.of("our-client"))
                    .with("client_secret", Secret.of("s3cr3t")),
            Scopes.none());

    @Override
    public PartnerCallbackHandshake handshake(PartnerHttp http) {
        return new PartnerCallbackHandshake(
                new JsonTokenEndpoint(http, new TokenAnswerReader(ScriptedPartner.CLOCK)),
                new ImportedTokens(ScriptedPartner.CLOCK),
                new SecretGenerator(new SecureRandom()));
    }

    @Override
    public HandshakeKind expectedKind() {
        return HandshakeKind.PARTNER_CALLBACK;
    }

    private HandshakeStep.Redirect begun() {
        return (HandshakeStep.Redirect) handshake(new ScriptedPartner()).begin(context, STATE);
    }

    private Credential.OAuth2 completed(ScriptedPartner partner) {
        return (Credential.OAuth2)
                handshake(partner).complete(context, new Callback(Map.of("access_code", STATE)), begun().memo());
    }

    private Renewal renewal(ScriptedPartner partner) {
        return handshake(partner).renew(context, current(Optional.of(Secret.of("rt-1"))));
    }

    private static Credential current(Optional<Secret> refreshToken) {
        return new Credential.OAuth2(
                Secret.of("at-1"),
                refreshToken,
                ScriptedPartner.NOW,
                ScriptedPartner.NOW.plusSeconds(60),
                Scopes.none());
    }

    private static String tokens(String expiresAt) {
        return "{\"expiresAt\":" + expiresAt + ",\"refreshToken\":\"rt-2\",\"userToken\":\"at-2\"}";
    }

    private static JsonNode onlyBody(ScriptedPartner partner) {
        assertThat(partner.requests).hasSize(1);
        try {
            return new ObjectMapper().readTree(partner.requests.getFirst().body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName(
            "R107 sends the browser off with a one-time code of 256 bits, our partner id and the redirect URI as it is")
    void begins() {
        HandshakeStep.Redirect step = begun();

        String code = step.partnerCode().orElseThrow().reveal(Purpose.SEND_TO_PARTNER);
        assertThat(code).matches("[A-Za-z0-9_-]{43}");
        assertThat(step.location())
                .hasToString("https://login.noiseaware.io/authorize?code=" + code + "&id=partner%207&redirect="
                        + "https%3A%2F%2Fbroker.example%2Fcallback%2Fp%3Fa%3Db%26c%3D%2520");
        assertThat(step.location().toString()).doesNotContain("access-code-1", "s3cr3t");
        assertThat(step.flow()).isEqualTo(STATE);
        assertThat(begun().partnerCode()).isNotEqualTo(step.partnerCode());
    }

    @ParameterizedTest
    @CsvSource({"access_code", "accessCode", "code"})
    void takesTheAccessCodeUnderEachNameOfTheRow(String name) {
        BrowserReturn read = handshake(new ScriptedPartner())
                .read(row, Callback.of(Map.of(name, List.of("x"), "other", List.of("y"))));

        assertThat(read).isEqualTo(new BrowserReturn(Secret.of("x"), Optional.empty()));
    }

    @Test
    void buysTheTokensWithTheAccessCodeAndWithoutOurSecret() {
        var partner = new ScriptedPartner().answers(200, tokens("\"2026-11-22T13:10:00+01:00\""));

        Credential.OAuth2 credential = completed(partner);

        assertThat(partner.requests.getFirst().uri()).hasToString("https://portal.apps.noiseaware.io/token");
        assertThat(partner.requests.getFirst().headers()).containsEntry("Content-Type", "application/json");
        JsonNode body = onlyBody(partner);
        assertThat(body.size()).isEqualTo(2);
        assertThat(body.path("accessCode").asText()).isEqualTo("access-code-1");
        assertThat(body.path("clientID").asText()).isEqualTo("our-client");
        assertThat(credential.accessToken()).isEqualTo(Secret.of("at-2"));
        assertThat(credential.refreshToken()).contains(Secret.of("rt-2"));
        assertThat(credential.expiresAt()).isEqualTo(ScriptedPartner.NOW.plus(Duration.ofMinutes(10)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "2026-11-22T12:05:00Z"        | 300
            "2026-11-22T12:05:00.5Z"      | 300
            "2026-11-22T07:05:00-05:00"   | 300
            "2026-11-22T12:00:00Z"        | 0
            "2020-01-01T00:00:00Z"        | 0
            "2126-11-22T12:00:00Z"        | 900
            "+999999999-12-31T23:59:59Z"  | 900
            "2026-11-22T12:05:00"         | 300
            "tomorrow"                    | 300
            ""                            | 300
            null                          | 300
            7                             | 300
            """)
    @DisplayName("R14 believes a stated end up to the row's maximum, and takes its default for nonsense")
    void judgesLifetimes(String stated, long seconds) {
        Credential.OAuth2 credential = completed(new ScriptedPartner().answers(200, tokens(stated)));

        assertThat(Duration.between(ScriptedPartner.NOW, credential.expiresAt()).toSeconds())
                .isEqualTo(seconds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"access_token\":\"a\"}",
                "{\"userToken\":\"\"}",
                "{\"userToken\":7}",
                "{\"userToken\":\"a\",\"userToken\":\"b\"}",
                "{\"userToken\":\"a\",\"error\":\"x\"}",
                "{\"userToken\":\"a\"} x"
            })
    void refusesNonsense(String body) {
        assertThatThrownBy(() -> completed(new ScriptedPartner().answers(200, body)))
                .isInstanceOfSatisfying(BrokerException.class, e -> {
                    assertThat(e.type()).isEqualTo(ProblemType.PARTNER_BAD_RESPONSE);
                    assertThat(e.publicDetail()).doesNotContain("userToken");
                });
        assertThat(renewal(new ScriptedPartner().answers(200, body)))
                .as("a 200 without a token is ambiguous")
                .isInstanceOfSatisfying(
                        Renewal.TryLater.class,
                        later -> assertThat(later.sent()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 403, 418, 500, 503})
    void endsTheHandshakeOnEveryRefusal(int status) {
        var partner = new ScriptedPartner().answers(status, "{\"error\":\"secret words\"}");

        assertThatThrownBy(() -> completed(partner))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.publicDetail()).doesNotContain("secret words"));
        assertThat(partner.requests).hasSize(1);
    }

    @Test
    void renewsAtTheRefreshEndpointAndKeepsATokenThatIsNotReplaced() {
        var partner = new ScriptedPartner()
                .answers(200, "{\"expiresAt\":\"2026-11-22T12:15:00Z\",\"refreshToken\":\"\",\"userToken\":\"at-2\"}");

        Renewal renewal = renewal(partner);

        assertThat(partner.requests.getFirst().uri()).hasToString("https://portal.apps.noiseaware.io/token/refresh");
        assertThat(onlyBody(partner).size()).isEqualTo(2);
        assertThat(onlyBody(partner).path("refreshToken").asText()).isEqualTo("rt-1");
        assertThat(onlyBody(partner).path("clientID").asText()).isEqualTo("our-client");
        assertThat(renewal)
                .isInstanceOfSatisfying(
                        Renewal.Renewed.class,
                        renewed -> assertThat(((Credential.OAuth2) renewed.credential()).refreshToken())
                                .contains(Secret.of("rt-1")));
    }

    @Test
    @DisplayName("R12 takes an unusable refresh token for an answer that was lost")
    void losesNoRefreshToken() {
        var partner = new ScriptedPartner()
                .answers(200, "{\"expiresAt\":\"2026-11-22T12:15:00Z\",\"refreshToken\":7,\"userToken\":\"at-2\"}");

        assertThat(renewal(partner))
                .isInstanceOfSatisfying(
                        Renewal.TryLater.class,
                        later -> assertThat(later.sent()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 418})
    @DisplayName("R60 a status that the row names is definitive, whatever the body")
    void knowsDefinitiveStatuses(int status) {
        for (String body : List.of("", "{}", "short and stout")) {
            assertThat(renewal(new ScriptedPartner().answers(status, body)))
                    .isEqualTo(new Renewal.Refused("reauthorization_required"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            400 | {"error":"invalid_request"}
            400 |
            403 | {}
            404 | {}
            429 | {}
            500 | {"error":"invalid_grant"}
            503 | {}
            302 | {}
            """)
    @DisplayName("R60 keeps the credential where nothing is sure")
    void keepsTheCredential(int status, String body) {
        assertThat(renewal(new ScriptedPartner().answers(status, body == null ? "" : body)))
                .isInstanceOf(Renewal.TryLater.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 401, 418, 500})
    @DisplayName("R60 takes no page for an answer, whatever stands in it")
    void believesNoPage(int status) {
        var partner = new ScriptedPartner()
                .acts(() -> new PartnerResponse(
                        status,
                        Map.of("content-type", List.of("text/html;charset=utf-8")),
                        tokens("null").getBytes(StandardCharsets.UTF_8)));

        assertThat(renewal(partner)).isNotInstanceOfAny(Renewal.Refused.class, Renewal.Renewed.class);
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    @DisplayName("R25 says whether the partner may have acted")
    void saysWhetherThePartnerMayHaveActed(Reason reason) {
        var partner = new ScriptedPartner().acts(() -> {
            throw new PartnerCallException(reason);
        });

        assertThat(renewal(partner))
                .isInstanceOfSatisfying(
                        Renewal.TryLater.class,
                        later -> assertThat(later.sent()).isEqualTo(new PartnerCallException(reason).sent()));
        assertThat(partner.requests).as("one attempt on the wire").hasSize(1);
    }

    @Test
    void cannotRenewWithoutARefreshToken() {
        var partner = new ScriptedPartner();
        Credential bare = current(Optional.empty());

        assertThat(handshake(partner).canRenew(bare)).isFalse();
        assertThat(handshake(partner).renew(context, bare)).isEqualTo(new Renewal.Refused("no_refresh_token"));
        assertThat(handshake(partner).canRenew(new Credential.Registered())).isFalse();
        assertThat(partner.requests).isEmpty();
    }

    @Test
    void takesARefreshTokenThatWasWonElsewhere() {
        PartnerCallbackHandshake handshake = handshake(new ScriptedPartner());

        Credential imported = handshake.imported(context, SecretFields.of("refresh_token", Secret.of("rt-0")));

        assertThat(handshake.importFields()).contains("refresh_token", "access_token", "expires_in");
        assertThat(handshake.canRenew(imported)).isTrue();
        assertThat(((Credential.OAuth2) imported).expiresAt())
                .as("renewed first")
                .isBefore(ScriptedPartner.NOW);
    }

    @Test
    @DisplayName("R151 prints no secret on the way")
    void printsNoSecret() {
        var partner = new ScriptedPartner().answers(200, tokens("null"));

        assertThat(completed(partner) + " " + begun().memo() + " " + context + " " + partner.requests)
                .doesNotContain("at-2", "rt-2", "s3cr3t", "access-code-1");
    }
}
