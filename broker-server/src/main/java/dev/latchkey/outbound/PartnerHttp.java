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

    /**
     * Reads public metadata: a GET that may be redirected. Every hop is vetted like a first call and has a deadline of
     * its own; another origin sees none of our header fields but {@code Accept} and {@code User-Agent}; https never
     * leads to http (R131). Never used for a call that carries a credential of a connection.
     *
     * @param maxRedirects 0 to 3; one redirect more is {@link PartnerCallException.Reason#MALFORMED}
     */
    default PartnerResponse getFollowing(PartnerRequest request, int maxRedirects) throws PartnerCallException {
        return RedirectFollower.follow(this, request, maxRedirects);
    }
}
