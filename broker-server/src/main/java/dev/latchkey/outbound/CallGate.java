package dev.latchkey.outbound;

import java.util.function.Function;

/**
 * What every call to a registered partner passes on its way out. It may hold a call back for a while, or refuse it; both
 * come before anything is sent, so that a refused call has spent nothing. Implementations are thread-safe.
 */
public interface CallGate {

    /** What a call is about. The lanes of a partner do not hinder each other; its rate is that of both together. */
    enum Lane {
        /** Our own calls: handshakes, renewals, revocations. */
        TOKENS,
        /** What apps send through us. */
        TRAFFIC
    }

    /** One attempt on the wire. */
    @FunctionalInterface
    interface Call<T> {
        /** Sends. */
        T send() throws PartnerCallException;
    }

    /**
     * Makes the call, as soon as it may be made.
     *
     * @param head gives the head of what the call brings, which tells how the partner is doing
     * @throws PartnerCallException what the call ends with, or {@link PartnerCallException.Reason#HELD_BACK} if it was not
     *     made
     */
    <T> T pass(Recipient recipient, Lane lane, Call<T> call, Function<T, PartnerResponse> head)
            throws PartnerCallException;
}
