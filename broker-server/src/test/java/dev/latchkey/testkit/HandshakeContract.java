package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.handshake.Revocable;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.vault.Credential;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What holds for every protocol that asks a token endpoint. A test of a protocol implements this and gets these tests;
 * what the partner answers is scripted.
 */
public interface HandshakeContract {

    String ACCESS = "access-canary-1";
    String REFRESH = "refresh-canary-1";
    MutableClock CLOCK = MutableClock.standing();

    /** The protocol, speaking to that partner. */
    Handshake handshake(PartnerHttp partner, Clock clock);

    /** A partner that this protocol serves; its default lifetime is an hour. */
    HandshakeContext context();

    /** All steps of the handshake, up to the credential. */
    Credential connect(Handshake handshake, HandshakeContext context);

    /** A credential that can be renewed, with {@link #ACCESS} and, if the protocol has one, {@link #REFRESH}. */
    Credential.OAuth2 credential();

    private Renewal renew(PartnerHttp partner) {
        return ((Refreshable) handshake(partner, CLOCK)).renew(context(), credential());
    }

    private Credential.OAuth2 renewed(String json) {
        assertThat(renew(ScriptedPartner.json(200, json))).isInstanceOf(Renewal.Renewed.class);
        return (Credential.OAuth2) ((Renewal.Renewed) renew(ScriptedPartner.json(200, json))).credential();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403})
    @DisplayName("R60 invalid_grant in a JSON object is definitive")
    default void refused(int status) {
        Renewal renewal = renew(ScriptedPartner.json(status, "{\"error\":\"invalid_grant\",\"x\":{}}"));

        assertThat(renewal).isEqualTo(new Renewal.Refused("invalid_grant"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"invalid_client", "unauthorized_client"})
    @DisplayName("R59 a refused client says nothing about the credential")
    default void clientRefused(String error) {
        assertThat(renew(ScriptedPartner.json(401, "{\"error\":\"" + error + "\"}")))
                .isInstanceOf(Renewal.ClientRefused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "",
                "null",
                "[]",
                "\"access_token\"",
                "{}",
                "{\"access_token\":null}",
                "{\"access_token\":\"\"}",
                "{\"access_token\":7}",
                "{\"access_token\":{\"a\":1}}",
                "{\"access_token\":\"a\\u0000b\"}",
                "{\"access_token\":\"a\",\"access_token\":\"b\"}",
                "{\"access_token\":\"a\"} trailing",
                "{\"access_token\":\"a\",\"error\":\"invalid_grant\"}",
                "access_token=a&token_type=bearer",
                "<html>invalid_grant</html>"
            })
    @DisplayName("R60 nonsense with status 200 is not definitive")
    default void nonsense(String body) {
        isLater(renew(ScriptedPartner.json(200, body)), ProblemType.PARTNER_BAD_RESPONSE, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 401, 500})
    @DisplayName("R60 a page is never definitive, whatever it says")
    default void page(int status) {
        PartnerHttp partner = ScriptedPartner.answer(status, "text/html", "{\"error\":\"invalid_grant\"}", Map.of());

        assertThat(renew(partner)).isNotInstanceOfAny(Renewal.Refused.class, Renewal.Renewed.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504, 599})
    @DisplayName("R60 an error of the partner's server is not definitive, also if it says invalid_grant")
    default void serverError(int status) {
        isLater(
                renew(ScriptedPartner.json(status, "{\"error\":\"invalid_grant\"}")),
                ProblemType.PARTNER_UNAVAILABLE,
                true);
    }

    @Test
    @DisplayName("R57 too many requests: later, and when")
    default void rateLimited() {
        Renewal renewal = renew(ScriptedPartner.answer(429, "application/json", "{}", Map.of("retry-after", "77")));

        isLater(renewal, ProblemType.PARTNER_RATE_LIMITED, true);
        assertThat(((Renewal.TryLater) renewal).problem().retryAfter()).contains(Duration.ofSeconds(77));
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    @DisplayName("no complete answer: later, and whether the partner may have acted")
    default void noAnswer(Reason reason) {
        PartnerCallException failure = new PartnerCallException(reason);

        isLater(renew(ScriptedPartner.failing(reason)), failure.toProblem().type(), failure.sent());
    }

    @Test
    @DisplayName("R14 unknown fields are passed over; without expires_in the row's default holds")
    default void unknownFields() {
        Credential.OAuth2 tokens = renewed("{\"x\":[{\"y\":null}],\"access_token\":\"new\",\"z\":1}");

        assertThat(tokens.expiresAt()).isEqualTo(CLOCK.instant().plus(Duration.ofHours(1)));
        assertThat(tokens.issuedAt()).isEqualTo(CLOCK.instant());
        assertThat(tokens.scopes()).isEqualTo(context().scopes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"refresh_token\":null", ",\"refresh_token\":\"\"", ",\"refresh_token\":7"})
    @DisplayName("R12 without a new refresh token the old one stays, if there was one")
    default void absentRefreshToken(String member) {
        Credential.OAuth2 tokens = renewed("{\"access_token\":\"new\",\"token_type\":\"BEARER\"" + member + "}");

        assertThat(tokens.refreshToken()).isEqualTo(credential().refreshToken());
    }

    @Test
    @DisplayName("a token that is no bearer token is not taken")
    default void otherTokenType() {
        isLater(
                renew(ScriptedPartner.json(200, "{\"access_token\":\"new\",\"token_type\":\"DPoP\"}")),
                ProblemType.UNSUPPORTED_TOKEN_TYPE,
                true);
    }

    @Test
    @DisplayName("R27 every step is one request to the partner")
    default void oneAttempt() {
        ScriptedPartner bad = ScriptedPartner.json(503, "{}");
        renew(bad);
        assertThat(bad.requests()).hasSize(1);

        ScriptedPartner good = ScriptedPartner.json(200, "{\"access_token\":\"" + ACCESS + "\"}");
        connect(handshake(good, CLOCK), context());
        assertThat(good.requests())
                .hasSize(1)
                .allMatch(request -> request.method().equals("POST"));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 500, 503})
    @DisplayName("a handshake that fails says so in our words, not in the partner's")
    default void failedHandshake(int status) {
        Handshake handshake = handshake(
                ScriptedPartner.json(status, "{\"error\":\"invalid_grant\",\"error_description\":\"canary\"}"), CLOCK);

        BrokerException problem = catchThrowableOfType(BrokerException.class, () -> connect(handshake, context()));

        assertThat(problem.type().status()).isBetween(502, 504);
        assertThat(problem.toString() + problem.publicDetail()).doesNotContain("canary");
    }

    @Test
    @DisplayName("R151 nothing on the way prints a secret")
    default void printsNoSecret() {
        ScriptedPartner partner = ScriptedPartner.json(
                200, "{\"access_token\":\"" + ACCESS + "\",\"refresh_token\":\"" + REFRESH + "\"}");
        Handshake handshake = handshake(partner, CLOCK);
        Credential connected = connect(handshake, context());
        Renewal renewal = ((Refreshable) handshake).renew(context(), credential());

        assertThat(connected + " " + renewal + " " + credential() + " " + context() + " " + handshake + " "
                        + partner.requests())
                .doesNotContain("canary");
    }

    @Test
    @DisplayName("R103 revoked is what the partner says is revoked; a partner that is down is asked again")
    default void revokes() {
        assertThat(revoke(ScriptedPartner.json(200, ""))).isEqualTo(Revocable.Revocation.DONE);
        assertThat(revoke(ScriptedPartner.json(400, "{\"error\":\"unsupported_token_type\"}")))
                .isEqualTo(Revocable.Revocation.DONE);
        for (int status : new int[] {401, 408, 429, 500, 503}) {
            assertThat(revoke(ScriptedPartner.json(status, "{}"))).isEqualTo(Revocable.Revocation.TRY_LATER);
        }
        for (Reason reason : Reason.values()) {
            assertThat(revoke(ScriptedPartner.failing(reason))).isEqualTo(Revocable.Revocation.TRY_LATER);
        }
    }

    private Revocable.Revocation revoke(PartnerHttp partner) {
        return ((Revocable) handshake(partner, CLOCK)).revoke(context(), credential());
    }

    private static void isLater(Renewal renewal, ProblemType type, boolean sent) {
        assertThat(renewal).isInstanceOfSatisfying(Renewal.TryLater.class, later -> {
            assertThat(later.problem().type()).isEqualTo(type);
            assertThat(later.sent()).isEqualTo(sent);
        });
    }
}
