package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiKeyHandshakeTest implements HandshakeContract<ApiKeyHandshake> {

    private final ScriptedPartner partner = new ScriptedPartner();

    @Override
    public ApiKeyHandshake handshake(PartnerHttp http) {
        return new ApiKeyHandshake();
    }

    @Override
    public HandshakeKind expectedKind() {
        return HandshakeKind.API_KEY;
    }

    @Test
    void isDoneAtOnceAndAsksNobody() {
        var context = ScriptedPartner.context(HandshakeKind.API_KEY, false);

        assertThat(handshake(partner).begin(context, Secret.of("state")))
                .isEqualTo(new HandshakeStep.Finished(new Credential.Registered()));
        assertThat(partner.requests).isEmpty();
    }

    @Test
    void knowsNoBrowser() {
        var context = ScriptedPartner.context(HandshakeKind.API_KEY, false);

        assertThatThrownBy(
                        () -> handshake(partner).complete(context, new Callback(Map.of()), new SecretFields(Map.of())))
                .isInstanceOf(BrokerException.class);
    }
}
