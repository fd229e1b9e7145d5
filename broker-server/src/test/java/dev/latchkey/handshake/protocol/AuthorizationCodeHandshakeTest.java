package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.catalog.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.HandshakeContract;
import dev.latchkey.testkit.ScriptedPartner;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AuthorizationCodeHandshakeTest implements HandshakeContract {

    /** RFC 7636 appendix B. */
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final String TOKENS =
            "{\"access_token\":\"new\",\"refresh_token\":\"newer\",\"expires_in\":60,\"scope\":\"read\"}";

    @Override
    public Handshake handshake(PartnerHttp partner, Clock clock) {
        return Protocols.authorizationCode(partner, clock, new SecureRandom());
    }

    @Override
    public HandshakeContext context() {
        return Protocols.context(HandshakeKind.AUTHORIZATION_CODE, true);
    }

    @Override
    public Credential connect(Handshake handshake, HandshakeContext context) {
        HandshakeStep.Redirect step = (HandshakeStep.Redirect) handshake.begin(context, Secret.of("state"));
        return handshake.complete(context, code("code-canary"), step.memo());
    }

    @Override
    public Credential.OAuth2 credential() {
        return Protocols.credential(Optional.of(Secret.of(REFRESH)));
    }

    private static Callback code(String code) {
        return Callback.of(Map.of("code", List.of(code), "state", List.of("state")));
    }

    @Test
    @DisplayName("R78 the challenge of RFC 7636 appendix B, and its verifier in the token request")
    void appendixB() {
        ScriptedPartner partner = ScriptedPartner.json(200, TOKENS);
        Handshake handshake = Protocols.authorizationCode(partner, CLOCK, new FixedRandom());

        HandshakeStep.Redirect step = (HandshakeStep.Redirect) handshake.begin(context(), Secret.of("state"));
        handshake.complete(context(), code("the code"), step.memo());

        assertThat(Story.query(step.location()))
                .containsEntry("code_challenge", CHALLENGE)
                .containsEntry("code_challenge_method", "S256")
                .containsEntry("state", "state")
                .containsEntry("redirect_uri", Protocols.REDIRECT_URI.toString())
                .containsEntry("scope", "read write");
        assertThat(step.location().toString()).doesNotContain(VERIFIER).doesNotContain("+");
        assertThat(step.memo().get("code_verifier")).contains(Secret.of(VERIFIER));
        assertThat(new String(partner.requests().getFirst().body(), StandardCharsets.UTF_8))
                .contains("code_verifier=" + VERIFIER, "code=the+code", "grant_type=authorization_code");
    }

    @Test
    @DisplayName("R78 a partner that fails on a challenge is sent none, and then no verifier")
    void withoutPkce() {
        ScriptedPartner partner = ScriptedPartner.json(200, TOKENS);
        HandshakeContext context = Protocols.context(HandshakeKind.AUTHORIZATION_CODE, false);

        Handshake handshake = handshake(partner, CLOCK);
        HandshakeStep.Redirect step = (HandshakeStep.Redirect) handshake.begin(context, Secret.of("state"));
        handshake.complete(context, code("code"), step.memo());

        assertThat(step.location().toString()).doesNotContain("code_challenge");
        assertThat(new String(partner.requests().getFirst().body(), StandardCharsets.UTF_8))
                .doesNotContain("code_verifier");
    }

    @Test
    @DisplayName("R12 a new refresh token takes the place of the old one, and a stated scope the place of the old")
    void rotates() {
        Renewal renewal =
                ((Refreshable) handshake(ScriptedPartner.json(200, TOKENS), CLOCK)).renew(context(), credential());

        Credential.OAuth2 tokens = (Credential.OAuth2) ((Renewal.Renewed) renewal).credential();
        assertThat(tokens.refreshToken()).contains(Secret.of("newer"));
        assertThat(tokens.scopes().asList()).containsExactly("read");
        assertThat(tokens.expiresAt()).isEqualTo(CLOCK.instant().plusSeconds(60));
    }

    @Test
    @DisplayName("without a refresh token there is nothing to renew, and the partner is not asked")
    void noRefreshToken() {
        ScriptedPartner partner = ScriptedPartner.json(200, TOKENS);
        Refreshable handshake = (Refreshable) handshake(partner, CLOCK);
        Credential none = Protocols.credential(Optional.empty());

        assertThat(handshake.canRenew(none)).isFalse();
        assertThat(handshake.renew(context(), none)).isEqualTo(new Renewal.Refused("no_refresh_token"));
        assertThat(partner.requests()).isEmpty();
    }

    @Test
    @DisplayName("a return without a code asks for nothing")
    void noCode() {
        ScriptedPartner partner = ScriptedPartner.json(200, TOKENS);
        Handshake handshake = handshake(partner, CLOCK);
        SecretFields memo = SecretFields.of("code_verifier", Secret.of(VERIFIER));

        assertThatThrownBy(() -> handshake.complete(context(), Callback.of(Map.of()), memo))
                .isInstanceOf(BrokerException.class);
        assertThat(partner.requests()).isEmpty();
    }

    /** Throws the octets of the vector. */
    private static final class FixedRandom extends SecureRandom {
        private static final long serialVersionUID = 1L;

        @Override
        public void nextBytes(byte[] bytes) {
            byte[] octets = Base64.getUrlDecoder().decode(VERIFIER);
            System.arraycopy(octets, 0, bytes, 0, bytes.length);
        }
    }
}
