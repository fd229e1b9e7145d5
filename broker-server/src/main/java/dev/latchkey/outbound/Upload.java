package dev.latchkey.outbound;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.OptionalLong;

/**
 * The body of a request, read while it is sent and read once.
 *
 * @param bytes where it comes from; an {@link java.io.IOException} of it ends the exchange, a {@link RuntimeException}
 *     ends it and reaches the caller as it is
 * @param length its length, if it is known
 */
public record Upload(InputStream bytes, OptionalLong length) {

    /** A body in memory; for no body, no bytes. */
    public static Upload of(byte[] body) {
        return new Upload(new ByteArrayInputStream(body), OptionalLong.of(body.length));
    }

    /** Whether there is certainly no body. */
    public boolean isEmpty() {
        return length.isPresent() && length.getAsLong() == 0;
    }
}
