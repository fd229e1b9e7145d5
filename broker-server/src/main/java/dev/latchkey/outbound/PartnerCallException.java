package dev.latchkey.outbound;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;

/** No complete answer came from a partner. */
public final class PartnerCallException extends Exception {

    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Reason {
        /** It was not sent, so that the partner is spared; the problem says why and for how long. */
        HELD_BACK(ProblemType.PARTNER_UNAVAILABLE, false),
        /** The address is forbidden, at the check or when the name was resolved (R129, R130). */
        NOT_ALLOWED(ProblemType.URL_NOT_ALLOWED, false),
        /** The name does not resolve or nobody accepts the connection. */
        UNREACHABLE(ProblemType.PARTNER_UNAVAILABLE, false),
        /** The TLS handshake failed (R65). */
        TLS(ProblemType.PARTNER_TLS, false),
        /** The connection broke after the request was written, in part or whole. */
        BROKEN(ProblemType.PARTNER_BAD_RESPONSE, true),
        /** The deadline passed after the request was written, in part or whole. */
        TIMEOUT(ProblemType.PARTNER_TIMEOUT, true),
        /** Whoever sends the body through us stalled or went away; the partner saw a part of the request at most. */
        SENDER(ProblemType.REQUEST_TIMEOUT, true),
        /** The answer is larger than allowed, or not HTTP. */
        MALFORMED(ProblemType.PARTNER_BAD_RESPONSE, true);

        private final ProblemType problem;
        private final boolean sent;

        Reason(ProblemType problem, boolean sent) {
            this.problem = problem;
            this.sent = sent;
        }
    }

    private final Reason reason;

    /** With a cause for the log. */
    public PartnerCallException(Reason reason, Throwable cause) {
        super(reason.name(), cause);
        this.reason = reason;
    }

    /** Without a cause. */
    public PartnerCallException(Reason reason) {
        super(reason.name());
        this.reason = reason;
    }

    /** A call that was not made, and what a caller is told. */
    public static PartnerCallException heldBack(BrokerException told) {
        return new PartnerCallException(Reason.HELD_BACK, told);
    }

    /** Whether a problem that a call has led to means that the call was held back, and not that it failed. */
    public static boolean isHeldBack(BrokerException problem) {
        return problem.getCause() instanceof PartnerCallException call && call.reason == Reason.HELD_BACK;
    }

    /** What went wrong. */
    public Reason reason() {
        return reason;
    }

    /** Whether the partner may have seen the request. False means that it certainly has not. */
    public boolean sent() {
        return reason.sent;
    }

    /** What a caller of the broker is told. */
    public BrokerException toProblem() {
        if (getCause() instanceof BrokerException told && reason == Reason.HELD_BACK) {
            BrokerException problem = new BrokerException(told.type(), told.publicDetail(), this);
            return told.retryAfter().map(problem::retryAfter).orElse(problem);
        }
        return new BrokerException(reason.problem, reason.problem.title() + ".", this);
    }
}
