package dev.latchkey.outbound.client;

import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.PartnerStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A stream whose time and size are watched. For one thread a time. */
final class WatchedStream implements PartnerStream {

    private final PartnerResponse head;
    private final OptionalLong length;
    private final InputStream content;
    private final long most;
    private final StreamWatch watch;
    private final Runnable abort;
    private long read;

    WatchedStream(
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

    @Override
    public int status() {
        return head.status();
    }

    @Override
    public Map<String, List<String>> headers() {
        return head.headers();
    }

    @Override
    public PartnerResponse head() {
        return head;
    }

    @Override
    public OptionalLong length() {
        return length;
    }

    @Override
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
