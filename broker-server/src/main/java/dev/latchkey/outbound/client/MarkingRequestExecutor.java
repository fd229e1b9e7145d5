package dev.latchkey.outbound.client;

import java.io.IOException;
import java.util.Objects;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * Notes the moment before the first byte of a request is written, and refuses to write one twice (R27). Stateless.
 */
final class MarkingRequestExecutor extends HttpRequestExecutor {

    @Override
    public ClassicHttpResponse execute(
            ClassicHttpRequest request,
            HttpClientConnection connection,
            @Nullable HttpResponseInformationCallback informationCallback,
            HttpContext context)
            throws IOException, HttpException {
        CallAttempt attempt =
                Objects.requireNonNull((CallAttempt) context.getAttribute(CallAttempt.ATTRIBUTE), "no attempt");
        if (!attempt.beginWriting()) {
            throw new IOException("the call was given up, or written already");
        }
        return super.execute(request, connection, informationCallback, context);
    }
}
