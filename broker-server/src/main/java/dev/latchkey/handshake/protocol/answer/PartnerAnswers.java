package dev.latchkey.handshake.protocol.answer;

import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.RetryAfter;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** What an answer that is no success means, whatever was asked. Stateless. */
public final class PartnerAnswers {

    private PartnerAnswers() {}

    /**
     * Whether the partner itself rejects our credentials (401 or 403). An HTML page comes from an intermediary and does not
     * count (R60).
     */
    public static boolean isRefusal(PartnerResponse response) {
        boolean page = response.header("content-type")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .startsWith("text/html");
        return (response.status() == 401 || response.status() == 403) && !page;
    }

    /** The problem that an answer leads to, which is neither a success nor a refusal. */
    public static BrokerException problem(PartnerResponse response, Instant now) {
        if (response.status() == 429) {
            return later(ProblemType.PARTNER_RATE_LIMITED, response, now);
        }
        if (response.status() >= 500) {
            return later(ProblemType.PARTNER_UNAVAILABLE, response, now);
        }
        return new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner's answer cannot be used.");
    }

    private static BrokerException later(ProblemType type, PartnerResponse response, Instant now) {
        Duration delay = RetryAfter.of(response.header("retry-after"), now);
        return new BrokerException(type, type.title() + ".").retryAfter(delay);
    }
}
