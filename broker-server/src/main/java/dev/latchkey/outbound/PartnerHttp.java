package dev.latchkey.outbound;

/**
 * Sends requests to partners. Each call is one attempt on a fresh connection: no redirect is followed (R64), nothing is
 * sent again (R27), compressed answers are not asked for, and the answer is bounded in size and in total time (R63).
 * Thread-safe.
 */
public interface PartnerHttp {

    /**
     * Sends once and reads the whole answer, whatever its status.
     *
     * @throws PartnerCallException if no complete answer was read; its {@link PartnerCallException#sent()} says whether
     *     the partner may have seen the request
     */
    PartnerResponse send(PartnerRequest request) throws PartnerCallException;
}
