package dev.latchkey.signing;

import dev.latchkey.outbound.Upload;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an app sends through the proxy. Its body is read once, by one thread.
 *
 * @param method the HTTP method
 * @param path below the proxy, as it came over the wire
 * @param query as it came over the wire
 * @param headers header fields, as they came
 * @param body the body, bounded
 */
record AppRequest(String method, String path, Optional<String> query, Map<String, List<String>> headers, Upload body) {

    private static final long MOST = 10 * 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A body that refuses to be longer than 10 MiB. */
    static Upload bounded(InputStream body, OptionalLong length) {
        return new Upload(new Bounded(body), length);
    }

    /** The whole body, of at most {@code most} bytes; {@code payload_too_large} or {@code request_timeout} otherwise. */
    byte[] readBody(int most) {
        if (body.length().isPresent() && body.length().getAsLong() > most) {
            throw tooLarge();
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] block = new byte[8192];
        try {
            for (int count = body.bytes().read(block);
                    count != -1;
                    count = body.bytes().read(block)) {
                whole.write(block, 0, count);
                if (whole.size() > most) {
                    throw tooLarge();
                }
                if (System.nanoTime() - end > 0) {
                    throw new IOException("the body comes too slowly");
                }
            }
        } catch (IOException e) {
            throw new BrokerException(ProblemType.REQUEST_TIMEOUT, "The body did not arrive in time.", e);
        }
        return whole.toByteArray();
    }

    private static BrokerException tooLarge() {
        return new BrokerException(
                ProblemType.PAYLOAD_TOO_LARGE, "The body is larger than 10 MiB, or than 1 MiB where it is signed.");
    }

    @Override
    public String toString() {
        return "AppRequest[" + method + "]";
    }

    /** Counts. */
    private static final class Bounded extends FilterInputStream {

        private long read;

        Bounded(InputStream body) {
            super(body);
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            count(octet == -1 ? 0 : 1);
            return octet;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            count(Math.max(count, 0));
            return count;
        }

        private void count(int more) {
            read += more;
            if (read > MOST) {
                throw tooLarge();
            }
        }
    }
}
