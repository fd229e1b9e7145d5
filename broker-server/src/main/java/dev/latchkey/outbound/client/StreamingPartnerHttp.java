package dev.latchkey.outbound.client;

import dev.latchkey.outbound.CallGate;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.PartnerStream;
import dev.latchkey.outbound.PartnerStreams;
import dev.latchkey.outbound.Upload;
import dev.latchkey.outbound.client.UploadEntity.SenderException;
import dev.latchkey.outbound.guard.HostLookup;
import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.outbound.guard.VettedDnsResolver;
import dev.latchkey.problem.BrokerException;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.io.Closer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Streams over the same client as {@link GuardedPartnerHttp}. The exchange runs on a virtual thread of its own until the
 * head of the answer is there, so that giving up does not depend on what it hangs in. Thread-safe.
 */
@ApplicationScoped
final class StreamingPartnerHttp implements PartnerStreams {

    private final OutboundConfig config;
    private final SsrfGuard guard;
    private final CallGate gate;
    private final CallTimer timer;
    private final String userAgent;
    private final CloseableHttpClient client;

    @Inject
    StreamingPartnerHttp(
            OutboundConfig config,
            SsrfGuard guard,
            CallGate gate,
            MeterRegistry meters,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this(config, guard, gate, meters, version, InetAddress::getAllByName, GuardedPartnerHttp.platformTls());
    }

    StreamingPartnerHttp(
            OutboundConfig config,
            SsrfGuard guard,
            CallGate gate,
            MeterRegistry meters,
            String version,
            HostLookup lookup,
            SSLContext tls) {
        this.config = config;
        this.guard = guard;
        this.gate = gate;
        this.timer = new CallTimer(meters);
        this.userAgent = "Latchkey/" + version;
        // silence is the watch's to judge
        this.client =
                PartnerHttpClients.create(config, config.streamLimit(), new VettedDnsResolver(lookup, guard), tls);
    }

    @Override
    public PartnerStream open(PartnerRequest head, Upload body) throws PartnerCallException {
        return timer.time(() -> passed(head, body));
    }

    @PreDestroy
    void close() {
        client.close(CloseMode.IMMEDIATE);
    }

    private PartnerStream passed(PartnerRequest head, Upload body) throws PartnerCallException {
        CallGate.Call<PartnerStream> call = () -> attempt(head, body);
        return head.recipient().isPresent()
                ? gate.pass(head.recipient().get(), CallGate.Lane.TRAFFIC, call, PartnerStream::head)
                : call.send();
    }

    private PartnerStream attempt(PartnerRequest head, Upload body) throws PartnerCallException {
        guard.checkCall(head.uri());
        StreamWatch watch = new StreamWatch(config.deadline(), config.streamIdle(), config.streamLimit());
        HttpUriRequestBase wire = PartnerMessages.toWire(head, userAgent, body, watch);
        CallAttempt attempt = new CallAttempt();
        FutureTask<PartnerStream> call = new FutureTask<>(() -> exchange(wire, attempt, watch));
        Thread.ofVirtual().name("partner-stream").start(call);
        watch.start(() -> {
            wire.cancel();
            call.cancel(true);
        });
        return await(call, wire, attempt, watch);
    }

    private static PartnerStream await(
            FutureTask<PartnerStream> call, HttpUriRequestBase wire, CallAttempt attempt, StreamWatch watch)
            throws PartnerCallException {
        try {
            return call.get();
        } catch (ExecutionException e) {
            watch.close();
            if (e.getCause() instanceof PartnerCallException failure) {
                throw failure;
            }
            if (e.getCause() instanceof BrokerException ofTheSender) {
                throw ofTheSender;
            }
            throw CallFailures.explain(e, attempt.mayBeSent());
        } catch (CancellationException e) {
            throw givenUp(attempt, watch, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            watch.close();
            wire.cancel();
            throw givenUp(attempt, watch, e);
        }
    }

    private static PartnerCallException givenUp(CallAttempt attempt, StreamWatch watch, Exception cause) {
        if (attempt.abandon()) {
            return new PartnerCallException(Reason.UNREACHABLE, cause);
        }
        boolean sender = watch.side() == StreamWatch.Side.SENDER;
        return new PartnerCallException(sender ? Reason.SENDER : Reason.TIMEOUT, cause);
    }

    private PartnerStream exchange(HttpUriRequestBase wire, CallAttempt attempt, StreamWatch watch)
            throws PartnerCallException {
        HttpClientContext context = HttpClientContext.create();
        context.setAttribute(CallAttempt.ATTRIBUTE, attempt);
        try {
            ClassicHttpResponse answer = client.executeOpen(null, wire, context);
            try {
                return stream(answer, wire, watch);
            } catch (IOException e) {
                abort(wire, answer);
                throw e;
            }
        } catch (BrokerException e) {
            throw e;
        } catch (SenderException e) {
            throw new PartnerCallException(Reason.SENDER, e);
        } catch (IOException | RuntimeException e) {
            if (watch.isExpired()) {
                throw givenUp(attempt, watch, e);
            }
            throw CallFailures.explain(e, attempt.mayBeSent());
        }
    }

    private PartnerStream stream(ClassicHttpResponse answer, HttpUriRequestBase wire, StreamWatch watch)
            throws IOException {
        HttpEntity entity = answer.getEntity();
        long stated = entity == null ? 0 : entity.getContentLength();
        if (stated > config.maxStream()) {
            throw new MessageConstraintException("the answer is too long");
        }
        InputStream content = entity == null ? InputStream.nullInputStream() : entity.getContent();
        PartnerResponse head = new PartnerResponse(answer.getCode(), PartnerMessages.headers(answer), new byte[0]);
        OptionalLong length =
                entity == null ? statedLength(head) : stated < 0 ? OptionalLong.empty() : OptionalLong.of(stated);
        watch.pause();
        return new WatchedStream(head, length, content, config.maxStream(), watch, () -> abort(wire, answer));
    }

    /** Of an answer without a body: what it states is the length that a GET would have (RFC 9110 section 9.3.2). */
    private static OptionalLong statedLength(PartnerResponse head) {
        return head.header("content-length")
                .filter(it -> it.matches("[0-9]{1,18}"))
                .map(it -> OptionalLong.of(Long.parseLong(it)))
                .orElse(OptionalLong.empty());
    }

    /** In this order: closing the answer first would read an endless body to its end. */
    private static void abort(HttpUriRequestBase wire, ClassicHttpResponse answer) {
        wire.cancel();
        Closer.closeQuietly(answer);
    }
}
