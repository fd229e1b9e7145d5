package dev.latchkey.outbound;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * An answer whose body is still on its way. To be closed in any case: closing before the end aborts the connection. For
 * one thread a time.
 */
public final class PartnerStream implements AutoCloseable {

    private final PartnerResponse head;
    private final OptionalLong length;
    private final InputStream content;
    private final long most;
    private final StreamWatch watch;
    private final Runnable abort;
    private long read;

    PartnerStream(
            PartnerResponse head,
            OptionalLong length,
            InputStream content,
            long most,
            StreamWatch watch,
            Runnable abort) {
        this.head = head;
        this.length = length;
        this.content = content;
        this.most = most;
        this.watch = watch;
        this.abort = abort;
    }

    /** The HTTP status. */
    public int status() {
        return head.status();
    }

    /** Header fields by lower-case name, as received. */
    public Map<String, List<String>> headers() {
        return head.headers();
    }

    /** Status and header fields, without a body. */
    public PartnerResponse head() {
        return head;
    }

    /** The length of the body, if the partner states it; for HEAD that of the body which is not sent. */
    public OptionalLong length() {
        return length;
    }

    /**
     * Reads some bytes of the body, at least one; -1 at its end.
     *
     * @throws IOException if the partner ends early, stalls, takes too long or sends more than is allowed; the connection
     *     is aborted then
     */
    public int read(byte[] buffer) throws IOException {
        watch.await(StreamWatch.Side.PARTNER);
        try {
            int count = content.read(buffer);
            if (watch.isExpired()) {
                throw new IOException("the partner's body took too long");
            }
            read += Math.max(count, 0);
            if (read > most) {
                throw new IOException("the partner's body is too long");
            }
            return count;
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        } finally {
            watch.pause();
        }
    }

    @Override
    public void close() {
        watch.close();
        abort.run();
    }
}
