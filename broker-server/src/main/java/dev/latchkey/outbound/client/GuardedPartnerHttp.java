package dev.latchkey.outbound.client;

import dev.latchkey.outbound.CallGate;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.guard.HostLookup;
import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.outbound.guard.VettedDnsResolver;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.io.Closer;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Sends requests over Apache HttpClient, each on a virtual thread of its own, so that the deadline holds whatever the
 * call hangs in: DNS, connect, TLS, writing, or a partner that sends one byte a second. Thread-safe.
 */
@ApplicationScoped
final class GuardedPartnerHttp implements PartnerHttp {

    private final OutboundConfig config;
    private final SsrfGuard guard;
    private final CallGate gate;
    private final CallTimer timer;
    private final String userAgent;
    private final CloseableHttpClient client;

    @Inject
    GuardedPartnerHttp(
            OutboundConfig config,
            SsrfGuard guard,
            CallGate gate,
            MeterRegistry meters,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this(config, guard, gate, meters, version, InetAddress::getAllByName, platformTls());
    }

    GuardedPartnerHttp(
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
        this.client = PartnerHttpClients.create(config, config.deadline(), new VettedDnsResolver(lookup, guard), tls);
    }

    @Override
    public PartnerResponse send(PartnerRequest request) throws PartnerCallException {
        return timer.time(() -> passed(request));
    }

    @PreDestroy
    void close() {
        client.close(CloseMode.IMMEDIATE);
    }

    /** The deadline is that of waiting and calling together: whoever holds a lease meanwhile counts on it. */
    private PartnerResponse passed(PartnerRequest request) throws PartnerCallException {
        long end = System.nanoTime() + config.deadline().toNanos();
        CallGate.Call<PartnerResponse> call = () -> attempt(request, end);
        return request.recipient().isPresent()
                ? gate.pass(request.recipient().get(), CallGate.Lane.TOKENS, call, Function.identity())
                : call.send();
    }

    private PartnerResponse attempt(PartnerRequest request, long end) throws PartnerCallException {
        guard.checkCall(request.uri());
        HttpUriRequestBase wire = PartnerMessages.toWire(request, userAgent);
        CallAttempt attempt = new CallAttempt();
        FutureTask<PartnerResponse> call = new FutureTask<>(() -> exchange(wire, attempt));
        Thread.ofVirtual().name("partner-call").start(call);
        return await(call, wire, attempt, end);
    }

    private static PartnerResponse await(
            FutureTask<PartnerResponse> call, HttpUriRequestBase wire, CallAttempt attempt, long end)
            throws PartnerCallException {
        try {
            return call.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PartnerCallException failure) {
                throw failure;
            }
            throw CallFailures.explain(e, attempt.mayBeSent());
        } catch (TimeoutException e) {
            throw givenUp(wire, attempt, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw givenUp(wire, attempt, e);
        }
    }

    private static PartnerCallException givenUp(HttpUriRequestBase wire, CallAttempt attempt, Exception cause) {
        boolean unsent = attempt.abandon();
        wire.cancel();
        return new PartnerCallException(unsent ? Reason.UNREACHABLE : Reason.TIMEOUT, cause);
    }

    private PartnerResponse exchange(HttpUriRequestBase wire, CallAttempt attempt) throws PartnerCallException {
        HttpClientContext context = HttpClientContext.create();
        context.setAttribute(CallAttempt.ATTRIBUTE, attempt);
        try {
            ClassicHttpResponse answer = client.executeOpen(null, wire, context);
            try {
                return PartnerMessages.fromWire(answer, config.maxBody());
            } finally {
                wire.cancel(); // before closing, which would read an endless body to its end
                Closer.closeQuietly(answer);
            }
        } catch (IOException | HttpException | RuntimeException e) {
            throw CallFailures.explain(e, attempt.mayBeSent());
        }
    }

    /** Trusts what the platform trusts; an operator adds roots with {@code javax.net.ssl.trustStore}. */
    static SSLContext platformTls() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }
}
