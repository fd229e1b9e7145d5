package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.handshake.Revocable;
import dev.latchkey.handshake.Revocable.Revocation;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import java.nio.charset.StandardCharsets;
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

/** What holds for every protocol that gets its tokens from a token endpoint, whatever it sends there. */
interface TokenEndpointContract<H extends Handshake & Refreshable & Revocable> extends HandshakeContract<H> {

    /** The tokens of a finished handshake, after one request to the token endpoint. */
    Credential finish(H handshake, HandshakeContext context);

    private HandshakeContext context() {
        return ScriptedPartner.context(expectedKind(), false);
    }

    private Credential.OAuth2 finished(ScriptedPartner partner) {
        return (Credential.OAuth2) finish(handshake(partner), context());
    }

    private static Credential current() {
        return new Credential.OAuth2(
                Secret.of("at-1"),
                Optional.of(Secret.of("rt-1")),
                ScriptedPartner.NOW,
                ScriptedPartner.NOW.plusSeconds(60),
                Scopes.parse("read"));
    }

    @Test
    default void toleratesWhatItDoesNotKnow() {
        var partner =
                new ScriptedPartner().answers(200, "{\"access_token\":\"at-2\",\"token_type\":\"Bearer\",\"x\":[1]}");

        Credential.OAuth2 tokens = finished(partner);

        assertThat(tokens.accessToken()).isEqualTo(Secret.of("at-2"));
        assertThat(tokens.scopes()).as("nothing said: what was asked for").isEqualTo(Scopes.parse("read write"));
        assertThat(partner.requests).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3600       | 3600
            "3600"     | 3600
            3600.5     | 3600
            0          | 0
            -1         | 300
            null       | 300
            "tomorrow" | 300
            1e18       | 7200
            """)
    @DisplayName("R14 believes a stated life up to the row's maximum, and takes its default for nonsense")
    default void judgesLifetimes(String stated, long seconds) {
        var partner = new ScriptedPartner().answers(200, "{\"access_token\":\"at-2\",\"expires_in\":" + stated + "}");

        assertThat(finished(partner).expiresAt()).isEqualTo(ScriptedPartner.NOW.plus(Duration.ofSeconds(seconds)));
    }

    @Test
    @DisplayName("R67 takes a bearer token in any case, and no other kind")
    default void takesBearerTokensOnly() {
        assertThat(finished(new ScriptedPartner().answers(200, "{\"access_token\":\"a\",\"token_type\":\"BEARER\"}"))
                        .accessToken())
                .isEqualTo(Secret.of("a"));
        refuses("{\"access_token\":\"a\",\"token_type\":\"mac\"}", 200, ProblemType.UNSUPPORTED_TOKEN_TYPE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"access_token\":\"\"}",
                "{\"access_token\":7}",
                "{\"access_token\":\"a\\u0000\"}",
                "{\"access_token\":\"a\",\"access_token\":\"b\"}",
                "{\"access_token\":\"a\",\"error\":\"invalid_grant\"}",
                "{\"access_token\":\"a\"} x"
            })
    default void refusesNonsense(String body) {
        refuses(body, 200, ProblemType.PARTNER_BAD_RESPONSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "true", "[]", "{}", "\"a\\u0000\"", "\"\u00e9\""})
    @DisplayName("R12 takes an unusable refresh token for an answer that was lost, never for an omitted one")
    default void losesNoRefreshToken(String value) {
        String body = "{\"access_token\":\"at-2\",\"refresh_token\":" + value + "}";

        assertThat(renewal(200, body)).isInstanceOfSatisfying(Renewal.TryLater.class, later -> {
            assertThat(later.sent()).isTrue();
            assertThat(later.problem().type()).isEqualTo(ProblemType.PARTNER_BAD_RESPONSE);
        });
        refuses(body, 200, ProblemType.PARTNER_BAD_RESPONSE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\""})
    @DisplayName("R12 takes null and the empty text for an omitted refresh token")
    default void takesNothingForOmitted(String value) {
        assertThat(renewal(200, "{\"access_token\":\"at-2\",\"refresh_token\":" + value + "}"))
                .isInstanceOf(Renewal.Renewed.class);
    }

    @ParameterizedTest
    @CsvSource({
        "access_token, 65536, true",
        "access_token, 65537, false",
        "refresh_token, 65536, true",
        "refresh_token, 65537, false"
    })
    @DisplayName("R44 takes tokens as long as what a store's record holds, and no longer ones")
    default void boundsTokens(String name, int length, boolean taken) {
        String body = "{\"access_token\":\"at-2\",\"refresh_token\":\"rt-2\"}"
                .replaceFirst("(" + name + "\":\")[^\"]*", "$1" + "a".repeat(length));

        assertThat(renewal(200, body)).isInstanceOf(taken ? Renewal.Renewed.class : Renewal.TryLater.class);
    }

    @Test
    @DisplayName("R64 follows no redirect of a token endpoint")
    default void followsNoRedirect() {
        refuses("{}", 307, ProblemType.PARTNER_BAD_RESPONSE);
    }

    @Test
    default void tellsThatOurClientIsRefused() {
        refuses("{\"error\":\"invalid_client\"}", 401, ProblemType.PARTNER_MISCONFIGURED);
    }

    private void refuses(String body, int status, ProblemType type) {
        var partner = new ScriptedPartner().answers(status, body);
        assertThatThrownBy(() -> finished(partner))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(type));
        assertThat(partner.requests).hasSize(1);
    }

    @Test
    default void saysThatAGrantIsOverOnlyWhenThePartnerDoes() {
        assertThat(renewal(400, "{\"error\":\"invalid_grant\"}")).isEqualTo(new Renewal.Refused("invalid_grant"));
        assertThat(renewal(401, "{\"error\":\"invalid_client\"}")).isEqualTo(new Renewal.ClientRefused());
    }

    @ParameterizedTest
    @DisplayName("R60 only a definitive answer ends a grant; whether a lost renewal is possible is told apart")
    @CsvSource(delimiter = '|', textBlock = """
            200 | {"error":"invalid_grant"}                                        | true
            200 | <html>                                                           | true
            201 | {}                                                               | true
            400 | <html>invalid_grant</html>                                       | false
            400 | error=invalid_grant                                              | false
            400 | {"error":"invalid_request"}                                      | false
            400 | {"error":"failed to refresh token: invalid_grant"}               | false
            404 | {"error":"invalid_grant"}                                        | false
            429 | {"error":"invalid_grant"}                                        | false
            500 | {"error":"invalid_grant"}                                        | true
            502 | <html>                                                           | true
            503 | {}                                                               | false
            504 | {}                                                               | true
            302 | {}                                                               | false
            """)
    default void keepsTheCredentialWhereNothingIsSure(int status, String body, boolean mayHaveActed) {
        assertThat(renewal(status, body))
                .isInstanceOfSatisfying(
                        Renewal.TryLater.class,
                        later -> assertThat(later.sent()).isEqualTo(mayHaveActed));
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    default void saysWhetherThePartnerMayHaveActed(Reason reason) {
        var partner = new ScriptedPartner().acts(() -> {
            throw new PartnerCallException(reason);
        });

        Renewal renewal = handshake(partner).renew(context(), current());

        assertThat(renewal)
                .isInstanceOfSatisfying(
                        Renewal.TryLater.class,
                        later -> assertThat(later.sent()).isEqualTo(new PartnerCallException(reason).sent()));
        assertThat(partner.requests).as("one attempt on the wire").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 403, 500})
    @DisplayName("R60 takes no page for an answer, whatever stands in it")
    default void believesNoPage(int status) {
        var partner = new ScriptedPartner()
                .acts(() -> new PartnerResponse(
                        status,
                        Map.of("content-type", List.of("text/html;charset=utf-8")),
                        "{\"error\":\"invalid_grant\"}".getBytes(StandardCharsets.UTF_8)));

        assertThat(handshake(partner).renew(context(), current())).isInstanceOf(Renewal.TryLater.class);
    }

    @Test
    @DisplayName("R151 prints no secret on the way")
    default void printsNoSecret() {
        var partner = new ScriptedPartner().answers(200, "{\"access_token\":\"at-2\",\"refresh_token\":\"rt-2\"}");

        assertThat(finished(partner) + " " + current() + " " + context() + " " + partner.requests)
                .doesNotContain("at-1", "at-2", "rt-1", "rt-2", "s3cr3t");
    }

    private Renewal renewal(int status, String body) {
        return handshake(new ScriptedPartner().answers(status, body)).renew(context(), current());
    }

    @ParameterizedTest
    @CsvSource({"200,DONE", "400,DONE", "429,TRY_LATER", "503,TRY_LATER"})
    @DisplayName("R103 tries a revocation again only where the partner may still accept the token")
    default void revokes(int status, Revocation expected) {
        var partner = new ScriptedPartner().answers(status, "{}");

        assertThat(handshake(partner).revoke(context(), current())).isEqualTo(expected);
        assertThat(partner.onlyForm()).containsEntry("token", "rt-1");
    }
}
