package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import dev.latchkey.catalog.entry.ClientAuthentication;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizationCodeHandshakeTest implements TokenEndpointContract<AuthorizationCodeHandshake> {

    private final HandshakeContext context = ScriptedPartner.context(HandshakeKind.AUTHORIZATION_CODE, false);

    @Override
    public AuthorizationCodeHandshake handshake(PartnerHttp http) {
        return new AuthorizationCodeHandshake(
                ScriptedPartner.tokenEndpoint(http),
                ScriptedPartner.revocationEndpoint(http),
                new IdTokens(http, Clock.systemUTC()),
                new ImportedTokens(Clock.systemUTC()),
                new SecretGenerator(new SecureRandom()));
    }

    @Override
    public HandshakeKind expectedKind() {
        return HandshakeKind.AUTHORIZATION_CODE;
    }

    @Override
    public Credential finish(AuthorizationCodeHandshake handshake, HandshakeContext given) {
        HandshakeStep.Redirect step = begin(handshake, given);
        return handshake.complete(given, new Callback(Map.of("code", Secret.of("c-1"))), step.memo());
    }

    private static HandshakeStep.Redirect begin(AuthorizationCodeHandshake handshake, HandshakeContext given) {
        return (HandshakeStep.Redirect) handshake.begin(given, Secret.of("state-1"));
    }

    @Test
    @DisplayName("R78 sends a challenge with S256, a new one each time, and its verifier to the token endpoint only")
    void provesPossessionOfTheCode() {
        var partner = new ScriptedPartner().answers(200, "{\"access_token\":\"a\"}");
        AuthorizationCodeHandshake handshake = handshake(partner);

        HandshakeStep.Redirect first = begin(handshake, context);
        HandshakeStep.Redirect second = begin(handshake, context);
        handshake.complete(context, new Callback(Map.of("code", Secret.of("c-1"))), first.memo());

        Map<String, String> query = ScriptedPartner.decode(first.location().getRawQuery());
        String verifier = partner.onlyForm().get("code_verifier");
        assertThat(query)
                .containsEntry("code_challenge_method", "S256")
                .containsEntry(
                        "code_challenge",
                        CodeChallenge.compute(CodeChallengeMethod.S256, new CodeVerifier(verifier))
                                .getValue());
        assertThat(first.location().toString()).doesNotContain(verifier);
        assertThat(ScriptedPartner.decode(second.location().getRawQuery()).get("code_challenge"))
                .isNotEqualTo(query.get("code_challenge"));
    }

    @Test
    void sendsTheBrowserAndTheCodeWithTheRegisteredRedirectUri() {
        var partner = new ScriptedPartner().answers(200, "{\"access_token\":\"a\",\"refresh_token\":\"r\"}");
        AuthorizationCodeHandshake handshake = handshake(partner);

        HandshakeStep.Redirect step = begin(handshake, context);
        finish(handshake, context);

        String redirectUri = context.partner().redirectUri().toString();
        assertThat(step.location().toString())
                .startsWith(ScriptedPartner.ISSUER + "/authorize?")
                .contains("read%20write");
        assertThat(ScriptedPartner.decode(step.location().getRawQuery()))
                .containsEntry("response_type", "code")
                .containsEntry("client_id", "our-client")
                .containsEntry("state", "state-1")
                .containsEntry("redirect_uri", redirectUri);
        assertThat(partner.onlyForm())
                .containsEntry("grant_type", "authorization_code")
                .containsEntry("code", "c-1")
                .containsEntry("redirect_uri", redirectUri);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"refresh_token\":null", ",\"refresh_token\":\"\"", ",\"refresh_token\":\"rt-1\""})
    @DisplayName("R12 keeps the refresh token where a renewal brings no other")
    void keepsTheRefreshToken(String member) {
        var partner = new ScriptedPartner().answers(200, "{\"access_token\":\"at-2\"" + member + "}");

        Renewal renewal = handshake(partner).renew(context, current(Optional.of(Secret.of("rt-1"))));

        assertThat(partner.onlyForm())
                .containsOnly(Map.entry("grant_type", "refresh_token"), Map.entry("refresh_token", "rt-1"));
        assertThat(renewal).isInstanceOfSatisfying(Renewal.Renewed.class, renewed -> {
            Credential.OAuth2 tokens = (Credential.OAuth2) renewed.credential();
            assertThat(tokens.accessToken()).isEqualTo(Secret.of("at-2"));
            assertThat(tokens.refreshToken()).contains(Secret.of("rt-1"));
            assertThat(tokens.scopes()).isEqualTo(Scopes.parse("read"));
        });
    }

    @Test
    void cannotRenewWithoutARefreshToken() {
        var partner = new ScriptedPartner();

        assertThat(handshake(partner).canRenew(current(Optional.empty()))).isFalse();
        assertThat(handshake(partner).renew(context, current(Optional.empty())))
                .isEqualTo(new Renewal.Refused("no_refresh_token"));
        assertThat(partner.requests).isEmpty();
    }

    @Test
    void needsACode() {
        var partner = new ScriptedPartner();

        assertThatThrownBy(
                        () -> handshake(partner).complete(context, new Callback(Map.of()), new SecretFields(Map.of())))
                .isInstanceOf(BrokerException.class);
        assertThat(partner.requests).isEmpty();
    }

    @Test
    @DisplayName("R101 wants an ID token for openid, and takes no unsigned one")
    void wantsASignedIdToken() {
        HandshakeContext openid = ScriptedPartner.context(HandshakeKind.AUTHORIZATION_CODE, true);
        String unsigned = new com.nimbusds.jwt.PlainJWT(new com.nimbusds.jwt.JWTClaimsSet.Builder()
                        .issuer(ScriptedPartner.ISSUER)
                        .build())
                .serialize();
        for (String member : new String[] {"", ",\"id_token\":\"" + unsigned + "\""}) {
            var partner = new ScriptedPartner().answers(200, "{\"access_token\":\"a\"" + member + "}");

            assertThatThrownBy(() -> finish(handshake(partner), openid)).isInstanceOf(BrokerException.class);
            assertThat(partner.requests).as("no key is asked for").hasSize(1);
        }
    }

    @Test
    @DisplayName("R98 signs assertions for the issuer alone, with their explicit type")
    void signsForTheIssuerAlone() throws Exception {
        SignedJWT assertion = assertion();

        assertThat(assertion.getHeader().getType().getType()).isEqualTo("client-authentication+jwt");
        assertThat(assertion.getJWTClaimsSet().toJSONObject().get("aud")).isEqualTo(ScriptedPartner.ISSUER);
        assertThat(assertion.getJWTClaimsSet().getSubject()).isEqualTo("our-client");
    }

    @Test
    @DisplayName("R100 signs assertions of at most a minute, each with an id of its own")
    void signsShortAndUniqueAssertions() throws Exception {
        var first = assertion().getJWTClaimsSet();
        var second = assertion().getJWTClaimsSet();

        assertThat(Duration.between(
                        first.getIssueTime().toInstant(),
                        first.getExpirationTime().toInstant()))
                .isLessThanOrEqualTo(Duration.ofSeconds(60));
        assertThat(first.getIssueTime()).isEqualTo(ScriptedPartner.NOW);
        assertThat(first.getJWTID()).isNotEqualTo(second.getJWTID());
    }

    private SignedJWT assertion() throws Exception {
        String key = new ECKeyGenerator(Curve.P_256).keyID("k").generate().toJSONString();
        HandshakeContext signing = ScriptedPartner.context(
                HandshakeKind.AUTHORIZATION_CODE,
                false,
                ClientAuthentication.PRIVATE_KEY_JWT,
                SecretFields.of("client_id", Secret.of("our-client")).with("private_key", Secret.of(key)));
        var partner = new ScriptedPartner().answers(200, "{\"access_token\":\"a\"}");
        finish(handshake(partner), signing);
        return SignedJWT.parse(partner.onlyForm().get("client_assertion"));
    }

    private static Credential current(Optional<Secret> refreshToken) {
        return new Credential.OAuth2(
                Secret.of("at-1"),
                refreshToken,
                ScriptedPartner.NOW,
                ScriptedPartner.NOW.plusSeconds(60),
                Scopes.parse("read"));
    }
}
