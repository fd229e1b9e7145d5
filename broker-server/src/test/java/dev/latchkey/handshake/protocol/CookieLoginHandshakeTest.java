package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.SessionCookie;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CookieLoginHandshakeTest implements HandshakeContract<CookieLoginHandshake> {

    private static final Credential OLD = new Credential.Session(
            Optional.empty(),
            List.of(new SessionCookie("s", Secret.of("old"), "api.partner.example", "/", Optional.empty(), true)),
            ScriptedPartner.NOW,
            ScriptedPartner.NOW);

    private final ScriptedPartner partner = new ScriptedPartner();
    private final HandshakeContext context = NoonContext.of(HandshakeKind.COOKIE_LOGIN);

    @Override
    public CookieLoginHandshake handshake(PartnerHttp http) {
        return new CookieLoginHandshake(new CookieLogin(http, ScriptedPartner.CLOCK));
    }

    @Override
    public HandshakeKind expectedKind() {
        return HandshakeKind.COOKIE_LOGIN;
    }

    @Test
    @DisplayName("R111 logs in with a JWT of exactly sub, iat and jti, by the names of the row, with a User-Agent")
    void logsIn() throws Exception {
        partner.acts(NoonContext.cookies("s=v; Path=/; Secure; Max-Age=3600", "p=w; Path=/; Secure"));

        HandshakeStep step = handshake(partner).begin(context, Secret.of("state"));

        Credential.Session session = (Credential.Session) ((HandshakeStep.Finished) step).credential();
        assertThat(session.cookies())
                .containsExactly(
                        new SessionCookie(
                                "s",
                                Secret.of("v"),
                                "api.partner.example",
                                "/",
                                Optional.of(ScriptedPartner.NOW.plusSeconds(3600)),
                                true),
                        new SessionCookie("p", Secret.of("w"), "api.partner.example", "/", Optional.empty(), true));
        assertThat(session.keyFile()).isEmpty();
        PartnerRequest request = partner.requests.getFirst();
        assertThat(request.headers()).containsEntry("User-Agent", "latchkey-test");
        Map<String, String> body = NoonContext.body(request);
        assertThat(body.keySet()).isEqualTo(Set.of("jwt", "project"));
        assertThat(body).containsEntry("project", "PRJ-our-key");
        SignedJWT token = SignedJWT.parse(body.get("jwt"));
        assertThat(token.verify(new RSASSAVerifier(
                        (RSAPublicKey) NoonContext.OURS.pair().getPublic())))
                .isTrue();
        assertThat(token.getHeader().toJSONObject()).isEqualTo(Map.of("alg", "RS256", "typ", "JWT"));
        assertThat(token.getJWTClaimsSet().getClaims().keySet()).isEqualTo(Set.of("sub", "iat", "jti"));
        assertThat(token.getJWTClaimsSet().getSubject()).isEqualTo("our-key");
        assertThat(token.getJWTClaimsSet().getIssueTime().toInstant()).isEqualTo(ScriptedPartner.NOW);
    }

    @Test
    @DisplayName("R111 a renewal is another login with another jti")
    void renews() throws Exception {
        partner.acts(NoonContext.cookies("s=1; Path=/")).acts(NoonContext.cookies("s=2; Path=/"));
        CookieLoginHandshake handshake = handshake(partner);

        handshake.renew(context, OLD);
        Renewal renewal = handshake.renew(context, OLD);

        assertThat(renewal)
                .isInstanceOfSatisfying(
                        Renewal.Renewed.class,
                        renewed -> assertThat(((Credential.Session) renewed.credential()).handle())
                                .isEqualTo(Secret.of("2")));
        assertThat(jti(0)).isNotEqualTo(jti(1));
        assertThat(handshake.canRenew(OLD)).isTrue();
    }

    @ParameterizedTest
    @DisplayName(
            "a session ends with the first of the cookies that the API sees, and never later than the row believes")
    @CsvSource(
            delimiter = '|',
            value = {
                "s=v; Path=/; Max-Age=3600|x=y; Path=/|3600",
                "s=v; Path=/; Max-Age=3600|x=y; Path=/; Max-Age=60|60",
                "s=v; Path=/; Max-Age=3600|x=y; Path=/login; Max-Age=60|3600",
                "s=v; Path=/; Max-Age=3600|x=y; Path=/; Max-Age=60; Domain=evil.example|3600",
                "s=v; Path=/|x=y; Path=/|79200",
                "s=v; Path=/; Max-Age=99999999|x=y; Path=/; Max-Age=99999999|2592000",
            })
    void ends(String one, String other, long seconds) {
        partner.acts(NoonContext.cookies(one, other));

        Renewal renewal = handshake(partner).renew(context, OLD);

        assertThat(((Credential.Session) ((Renewal.Renewed) renewal).credential()).expiresAt())
                .isEqualTo(ScriptedPartner.NOW.plusSeconds(seconds));
    }

    @ParameterizedTest
    @DisplayName("only 200 with a usable cookie is success; only a clear 401 or 403 says that our key is refused")
    @CsvSource({
        "401, application/json, client",
        "403, application/json, client",
        "401, text/html, partner_bad_response",
        "403, text/html, partner_bad_response",
        "200, application/json, partner_bad_response",
        "204, application/json, partner_bad_response",
        "302, application/json, partner_bad_response",
        "400, application/json, partner_bad_response",
        "429, application/json, partner_rate_limited",
        "500, application/json, partner_unavailable",
    })
    void judges(int status, String type, String expected) {
        partner.acts(NoonContext.answers(status, type, "{\"jwt\":\"echo\"}"));

        Renewal renewal = handshake(partner).renew(context, OLD);

        assertThat(outcome(renewal)).isEqualTo(expected);
    }

    @Test
    @DisplayName("R112 a login that only sets foreign cookies is no session")
    void foreignOnly() {
        partner.acts(NoonContext.cookies("s=v; Domain=evil.example", "s=v; Domain=example"));

        assertThat(outcome(handshake(partner).renew(context, OLD))).isEqualTo("partner_bad_response");
    }

    @Test
    @DisplayName("R111 a lost answer is not asked for again")
    void sendsOnce() {
        partner.acts(() -> {
            throw new PartnerCallException(PartnerCallException.Reason.TIMEOUT);
        });

        Renewal renewal = handshake(partner).renew(context, OLD);

        assertThat(renewal).isInstanceOfSatisfying(Renewal.TryLater.class, later -> {
            assertThat(later.sent()).isTrue();
            assertThat(later.problem().type()).isEqualTo(ProblemType.PARTNER_TIMEOUT);
        });
        assertThat(partner.requests).hasSize(1);
    }

    @Test
    void knowsNoBrowser() {
        assertThatThrownBy(
                        () -> handshake(partner).complete(context, new Callback(Map.of()), new SecretFields(Map.of())))
                .isInstanceOf(BrokerException.class);
    }

    @Test
    void aRefusedKeyIsOursToPutRight() {
        partner.acts(NoonContext.answers(401, "application/json", ""));

        assertThatThrownBy(() -> handshake(partner).begin(context, Secret.of("state")))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.PARTNER_MISCONFIGURED));
    }

    private String jti(int request) throws Exception {
        String token = NoonContext.body(partner.requests.get(request)).get("jwt");
        return SignedJWT.parse(token).getJWTClaimsSet().getJWTID();
    }

    private static String outcome(Renewal renewal) {
        return switch (renewal) {
            case Renewal.Renewed renewed -> "renewed";
            case Renewal.Refused refused -> refused.reason();
            case Renewal.ClientRefused refused -> "client";
            case Renewal.TryLater later -> later.problem().type().code();
        };
    }
}
