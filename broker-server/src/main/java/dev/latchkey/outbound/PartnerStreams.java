package dev.latchkey.outbound;

/**
 * Exchanges with partners whose bodies are passed on instead of held. As in {@link PartnerHttp}, each is one attempt on
 * a fresh connection to a vetted address, without redirects (R64) and without a second sending (R27); bodies pass as they
 * are, compressed or not. Bounded are the answer's size, the pauses and the whole time. Thread-safe.
 */
public interface PartnerStreams {

    /**
     * Sends the request and reads the head of the answer; its body is still to be read.
     *
     * @param head method, address and header fields; a body in it is not looked at
     * @param body the body to be sent
     * @throws PartnerCallException if no head of an answer came; its {@link PartnerCallException#sent()} says whether the
     *     partner may have seen the request
     */
    PartnerStream open(PartnerRequest head, Upload body) throws PartnerCallException;
}
