package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What holds for every protocol. */
interface HandshakeContract<H extends Handshake> {

    /** The protocol, speaking to that partner. */
    H handshake(PartnerHttp http);

    /** The kind of row that it serves. */
    HandshakeKind expectedKind();

    @Test
    default void servesItsKind() {
        assertThat(handshake(new ScriptedPartner()).kind()).isEqualTo(expectedKind());
    }

    @Test
    @DisplayName("R70 takes no return that names no flow, and sends nothing for it")
    default void refusesAReturnWithoutAFlow() {
        var partner = new ScriptedPartner();
        var context = ScriptedPartner.context(expectedKind(), false);

        assertThatThrownBy(() -> handshake(partner)
                        .read(context.partner().profile(), Callback.of(Map.of("unrelated", List.of("1")))))
                .isInstanceOfSatisfying(
                        BrokerException.class,
                        e -> assertThat(e.type()).isIn(ProblemType.STATE_INVALID, ProblemType.INVALID_REQUEST));
        assertThat(partner.requests).isEmpty();
    }
}
