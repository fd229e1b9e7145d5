package dev.latchkey.signing;

import dev.latchkey.outbound.PartnerStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/**
 * A partner's answer on its way to an app. To be closed in any case; for one thread a time.
 *
 * @param stream the answer
 * @param read what was already read of its body
 */
record ProxyAnswer(PartnerStream stream, byte[] read) implements AutoCloseable {

    private static final int BLOCK = 16 * 1024;

    int status() {
        return stream.status();
    }

    /** What the app gets of the header fields. */
    Map<String, List<String>> headers() {
        return HeaderRules.toApp(stream.headers());
    }

    OptionalLong length() {
        return stream.length();
    }

    /**
     * Passes the body on, each part as soon as it is there.
     *
     * @param gone whether the app has gone away, which writing alone does not tell
     */
    void copyTo(OutputStream out, BooleanSupplier gone) throws IOException {
        if (read.length > 0) {
            out.write(read);
            out.flush();
        }
        byte[] block = new byte[BLOCK];
        for (int count = stream.read(block); count != -1; count = stream.read(block)) {
            if (gone.getAsBoolean()) {
                throw new IOException("the app went away");
            }
            out.write(block, 0, count);
            out.flush();
        }
    }

    @Override
    public void close() {
        stream.close();
    }

    @Override
    public String toString() {
        return "ProxyAnswer[" + status() + "]";
    }
}
