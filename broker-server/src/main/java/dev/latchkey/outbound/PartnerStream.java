package dev.latchkey.outbound;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An answer whose body is still on its way. To be closed in any case: closing before the end aborts the connection. For
 * one thread a time.
 */
public interface PartnerStream extends AutoCloseable {

    /** The HTTP status. */
    int status();

    /** Header fields by lower-case name, as received. */
    Map<String, List<String>> headers();

    /** Status and header fields, without a body. */
    PartnerResponse head();

    /** The length of the body, if the partner states it; for HEAD that of the body which is not sent. */
    OptionalLong length();

    /**
     * Reads some bytes of the body, at least one; -1 at its end.
     *
     * @throws IOException if the partner ends early, stalls, takes too long or sends more than is allowed; the connection
     *     is aborted then
     */
    int read(byte[] buffer) throws IOException;

    @Override
    void close();
}
