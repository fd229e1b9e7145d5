package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PkceVectorTest {

    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    @Test
    @DisplayName("R78 the vector of RFC 7636 appendix B: its octets, its verifier, its challenge")
    void appendixB() {
        ScriptedPartner partner = new ScriptedPartner().answers(200, "{\"access_token\":\"a\"}");
        HandshakeContext context = ScriptedPartner.context(HandshakeKind.AUTHORIZATION_CODE, false);
        AuthorizationCodeHandshake handshake = new AuthorizationCodeHandshake(
                ScriptedPartner.tokenEndpoint(partner),
                ScriptedPartner.revocationEndpoint(partner),
                new IdTokens(partner, Clock.systemUTC()),
                new ImportedTokens(Clock.systemUTC()),
                new SecretGenerator(new OctetsOfTheVector()));

        HandshakeStep.Redirect step = (HandshakeStep.Redirect) handshake.begin(context, Secret.of("state"));
        handshake.complete(context, new Callback(Map.of("code", Secret.of("c"))), step.memo());

        assertThat(ScriptedPartner.decode(step.location().getRawQuery()))
                .containsEntry("code_challenge", CHALLENGE)
                .containsEntry("code_challenge_method", "S256");
        assertThat(partner.onlyForm()).containsEntry("code_verifier", VERIFIER);
        assertThat(step.location().toString()).doesNotContain(VERIFIER);
    }

    private static final class OctetsOfTheVector extends SecureRandom {

        private static final long serialVersionUID = 1L;

        @Override
        public void nextBytes(byte[] bytes) {
            byte[] octets = Base64.getUrlDecoder().decode(VERIFIER);
            System.arraycopy(octets, 0, bytes, 0, bytes.length);
        }
    }
}
