package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.catalog.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.HandshakeContract;
import dev.latchkey.testkit.ScriptedPartner;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClientCredentialsHandshakeTest implements HandshakeContract {

    @Override
    public Handshake handshake(PartnerHttp partner, Clock clock) {
        return Protocols.clientCredentials(partner, clock);
    }

    @Override
    public HandshakeContext context() {
        return Protocols.context(HandshakeKind.CLIENT_CREDENTIALS, false);
    }

    @Override
    public Credential connect(Handshake handshake, HandshakeContext context) {
        return ((HandshakeStep.Finished) handshake.begin(context, Secret.of("state"))).credential();
    }

    @Override
    public Credential.OAuth2 credential() {
        return Protocols.credential(Optional.empty());
    }

    @Test
    @DisplayName("a refresh token that comes uncalled-for is not kept (RFC 6749 section 4.4.3)")
    void keepsNoRefreshToken() {
        ScriptedPartner partner =
                ScriptedPartner.json(200, "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"token_type\":\"bearer\"}");

        Credential.OAuth2 tokens = (Credential.OAuth2) connect(handshake(partner, CLOCK), context());

        assertThat(tokens.refreshToken()).isEmpty();
        assertThat(new String(partner.requests().getFirst().body(), StandardCharsets.UTF_8))
                .contains("grant_type=client_credentials", "scope=read+write");
    }

    @Test
    @DisplayName("there is no browser that could come back")
    void noBrowser() {
        ScriptedPartner partner = ScriptedPartner.json(200, "{\"access_token\":\"a\"}");
        Handshake handshake = handshake(partner, CLOCK);

        assertThatThrownBy(() -> handshake.complete(context(), Callback.of(Map.of()), new SecretFields(Map.of())))
                .isInstanceOf(BrokerException.class);
        assertThat(partner.requests()).isEmpty();
    }
}
