package dev.latchkey.caller.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.caller.limit.FailedAuthentications;
import dev.latchkey.caller.limit.LimitsConfig;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.client.OperatorHttp;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.MutableClock;
import dev.latchkey.testkit.RecordingAuditLog;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IssuerTokensTest {

    private static final String TYPE = "secevent+jwt";

    private final MutableClock clock = MutableClock.standing();
    private final RecordingAuditLog audit = new RecordingAuditLog();
    private final IdentityConfig identity =
            Configs.of(IdentityConfig.class, Map.of("latchkey.identity.issuer", "https://id.example.org"));

    @Test
    @DisplayName("R147 who pushes forged events is told to wait after 20 of them, and each is a failed authentication")
    void limitsForgers() {
        IssuerTokens tokens = new IssuerTokens(
                identity,
                new IssuerKeys(
                        new IssuerDocuments(identity, new OperatorHttp(Configs.of(OutboundConfig.class, Map.of()))),
                        clock),
                new FailedAuthentications(Configs.of(LimitsConfig.class, Map.of()), audit, clock));
        Actor forger = new Actor(Actor.Type.ANONYMOUS, "-", "request-1", "192.0.2.1");
        for (int forgery = 0; forgery < 20; forgery++) {
            assertThat(tokens.check("no.token.atall", TYPE, forger)).isInstanceOf(IssuerTokens.Verdict.Refused.class);
        }

        assertThatThrownBy(() -> tokens.check("no.token.atall", TYPE, forger))
                .isInstanceOfSatisfying(
                        BrokerException.class,
                        refused -> assertThat(refused.type()).isEqualTo(ProblemType.RATE_LIMITED));

        assertThat(audit.events(AuditAction.AUTHENTICATION_FAILED)).hasSize(20);
    }
}
