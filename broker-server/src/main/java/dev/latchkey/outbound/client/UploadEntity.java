package dev.latchkey.outbound.client;

import dev.latchkey.outbound.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.OptionalLong;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/** Passes a body on, block by block, and tells the watch who is waited for. Of one use. */
final class UploadEntity extends AbstractHttpEntity {

    private static final int BLOCK = 16 * 1024;

    private final Upload body;
    private final StreamWatch watch;

    UploadEntity(Upload body, StreamWatch watch) {
        super((String) null, null, body.length().isEmpty());
        this.body = body;
        this.watch = watch;
    }

    @Override
    public long getContentLength() {
        return body.length().orElse(-1);
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public boolean isStreaming() {
        return true;
    }

    @Override
    public InputStream getContent() {
        return body.bytes();
    }

    /** Sends exactly as many bytes as were stated: fewer or more would be read as the next request. */
    @Override
    public void writeTo(OutputStream out) throws IOException {
        OptionalLong stated = body.length();
        byte[] block = new byte[BLOCK];
        long sent = 0;
        for (int count = next(block); count != -1; count = next(block)) {
            sent += count;
            if (stated.isPresent() && sent > stated.getAsLong()) {
                throw new SenderException(new IOException("the body is longer than stated"));
            }
            watch.await(StreamWatch.Side.PARTNER);
            out.write(block, 0, count);
            out.flush();
        }
        if (stated.isPresent() && sent < stated.getAsLong()) {
            throw new SenderException(new IOException("the body ended early"));
        }
        watch.awaitHead();
    }

    private int next(byte[] block) throws SenderException {
        watch.await(StreamWatch.Side.SENDER);
        try {
            return body.bytes().read(block);
        } catch (IOException e) {
            throw new SenderException(e);
        }
    }

    @Override
    public void close() {
        // whoever gave the body closes it: reading the rest of it here would wait for a sender that is in no hurry
    }

    /** The body did not come to its end. */
    static final class SenderException extends IOException {

        private static final long serialVersionUID = 1L;

        SenderException(IOException cause) {
            super(cause);
        }
    }
}
