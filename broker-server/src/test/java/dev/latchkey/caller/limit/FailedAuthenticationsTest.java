package dev.latchkey.caller.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.MutableClock;
import dev.latchkey.testkit.RecordingAuditLog;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FailedAuthenticationsTest {

    private final MutableClock clock = MutableClock.standing();
    private final RecordingAuditLog audit = new RecordingAuditLog();
    private final FailedAuthentications failures =
            new FailedAuthentications(Configs.of(LimitsConfig.class, Map.of()), audit, clock);

    @Test
    @DisplayName("R147 refuses a source after 20 failures, until the minute is over, and no other source")
    void refusesASourceAfterItsShare() {
        fail(19, "192.0.2.1");
        assertThatCode(() -> check("192.0.2.1")).doesNotThrowAnyException();

        fail(1, "192.0.2.1");
        clock.advance(Duration.ofSeconds(20));

        assertThatThrownBy(() -> check("192.0.2.1")).isInstanceOfSatisfying(BrokerException.class, refused -> {
            assertThat(refused.type()).isEqualTo(ProblemType.RATE_LIMITED);
            assertThat(refused.retryAfter()).contains(Duration.ofSeconds(40));
        });
        assertThatCode(() -> check("192.0.2.2")).doesNotThrowAnyException();
        clock.advance(Duration.ofSeconds(40));
        assertThatCode(() -> check("192.0.2.1")).doesNotThrowAnyException();
    }

    @Test
    void takesAnIpv6NetworkForOneSource() {
        for (int host = 0; host < 20; host++) {
            fail(1, "2001:db8:0:1:0:0:0:" + Integer.toHexString(host));
        }

        assertThatThrownBy(() -> check("2001:db8:0:1:9:9:9:9")).isInstanceOf(BrokerException.class);
        assertThatCode(() -> check("2001:db8:0:2:0:0:0:1")).doesNotThrowAnyException();
    }

    @Test
    @DisplayName("R172 records a failure without saying who it claimed to be")
    void recordsFailures() {
        failures.record(new Attempt("request-1", "192.0.2.1"), ProblemType.INVALID_TOKEN, "bearer");

        AuditEvent event = audit.events(AuditAction.AUTHENTICATION_FAILED).getFirst();
        assertThat(event.actor()).isEqualTo(new Actor(Actor.Type.ANONYMOUS, "-", "request-1", "192.0.2.1"));
        assertThat(event.outcome()).isEqualTo(AuditEvent.Outcome.DENIED);
        assertThat(event.code()).contains("invalid_token");
    }

    @Test
    void fillsTheAuditLogOnlySoFar() {
        for (int i = 0; i < 3000; i++) {
            fail(1, "10." + i / 250 + "." + i % 250 + ".1");
        }

        assertThat(audit.events()).hasSize(1000);
        clock.advance(Duration.ofMinutes(1));
        fail(1, "192.0.2.1");
        assertThat(audit.events()).hasSize(1001);
    }

    @Test
    void refusesAlsoWhenTheAuditLogIsDown() {
        audit.setFailing(true);

        assertThatCode(() -> fail(1, "192.0.2.1")).doesNotThrowAnyException();
    }

    private void fail(int times, String source) {
        for (int i = 0; i < times; i++) {
            failures.record(new Attempt("r", source), ProblemType.UNAUTHENTICATED, "basic");
        }
    }

    private void check(String source) {
        failures.check(new Attempt("r", source));
    }
}
