package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClientCredentialsHandshakeTest implements TokenEndpointContract<ClientCredentialsHandshake> {

    private final HandshakeContext context = ScriptedPartner.context(HandshakeKind.CLIENT_CREDENTIALS, false);

    @Override
    public ClientCredentialsHandshake handshake(PartnerHttp http) {
        return new ClientCredentialsHandshake(
                ScriptedPartner.tokenEndpoint(http), ScriptedPartner.revocationEndpoint(http));
    }

    @Override
    public HandshakeKind expectedKind() {
        return HandshakeKind.CLIENT_CREDENTIALS;
    }

    @Override
    public Credential finish(ClientCredentialsHandshake handshake, HandshakeContext given) {
        return ((HandshakeStep.Finished) handshake.begin(given, Secret.of("state"))).credential();
    }

    @Test
    void asksForWhatWasApproved() {
        var partner = new ScriptedPartner().answers(200, "{\"access_token\":\"a\"}");

        finish(handshake(partner), context);

        assertThat(partner.onlyForm())
                .containsOnly(Map.entry("grant_type", "client_credentials"), Map.entry("scope", "read write"));
        assertThat(partner.requests.getFirst().headers())
                .containsEntry("User-Agent", "latchkey-test")
                .hasEntrySatisfying("Authorization", value -> assertThat(value).startsWith("Basic "));
    }

    @Test
    @DisplayName("R105 keeps no refresh token, since none is expected")
    void keepsNoRefreshToken() {
        var partner = new ScriptedPartner().answers(200, "{\"access_token\":\"a\",\"refresh_token\":\"r\"}");

        assertThat(((Credential.OAuth2) finish(handshake(partner), context)).refreshToken())
                .isEmpty();
    }

    @Test
    void knowsNoCallback() {
        var partner = new ScriptedPartner();

        assertThatThrownBy(() -> handshake(partner)
                        .complete(context, new Callback(Map.of("code", Secret.of("c"))), new SecretFields(Map.of())))
                .isInstanceOf(BrokerException.class);
        assertThat(partner.requests).isEmpty();
    }
}
