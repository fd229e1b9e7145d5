package dev.latchkey.outbound.client;

import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.guard.VettedDnsResolver.ForbiddenAddressException;
import java.io.InterruptedIOException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.TruncatedChunkException;

/** Says what a failure of the HTTP client means. What decides first is whether the request may have left. */
final class CallFailures {

    private CallFailures() {}

    /** The reason for {@code failure}, given whether any byte of the request may have been written. */
    static PartnerCallException explain(Exception failure, boolean mayBeSent) {
        return new PartnerCallException(mayBeSent ? afterSending(failure) : beforeSending(failure), failure);
    }

    private static Reason beforeSending(Exception failure) {
        return switch (failure) {
            case ForbiddenAddressException e -> Reason.NOT_ALLOWED;
            case SSLException e -> Reason.TLS;
            default -> Reason.UNREACHABLE;
        };
    }

    private static Reason afterSending(Exception failure) {
        return switch (failure) {
            case TruncatedChunkException e -> Reason.BROKEN; // the connection ended within a chunk
            case MalformedChunkCodingException e -> Reason.MALFORMED;
            case MessageConstraintException e -> Reason.MALFORMED;
            case ClientProtocolException e -> Reason.MALFORMED;
            case HttpException e -> Reason.MALFORMED;
            case InterruptedIOException e -> Reason.TIMEOUT;
            default -> Reason.BROKEN; // resets, an end before the answer is complete, TLS alerts
        };
    }
}
