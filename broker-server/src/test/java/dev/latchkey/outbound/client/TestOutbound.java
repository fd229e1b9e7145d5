package dev.latchkey.outbound.client;

import dev.latchkey.outbound.CallGate;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.Recipient;
import dev.latchkey.outbound.guard.HostLookup;
import dev.latchkey.outbound.guard.SsrfGuard;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.SSLContext;

/** Builds the parts of this package for tests, also for those of other packages. */
public final class TestOutbound {

    private static final Streams STREAMS = new Streams(10_485_760, Duration.ofSeconds(15), Duration.ofMinutes(5));

    private TestOutbound() {}

    /** A guard with the default ports. */
    public static SsrfGuard guard(boolean allowLoopback) {
        return new SsrfGuard(config(allowLoopback));
    }

    /** The real client, open for loopback only as the sandbox is. */
    public static PartnerHttp http() {
        return http(config(true));
    }

    /** The default configuration, but for loopback. */
    public static OutboundConfig config(boolean allowLoopback) {
        return new Config(allowLoopback, Duration.ofSeconds(10), Duration.ofSeconds(3), 262_144, STREAMS, Set.of(443));
    }

    static OutboundConfig impatient(Duration deadline) {
        return new Config(true, deadline, Duration.ofSeconds(3), 262_144, STREAMS, Set.of(443));
    }

    /** Long enough for a connect and a handshake on a machine that stands still now and then. */
    static OutboundConfig patient() {
        return new Config(true, Duration.ofSeconds(60), Duration.ofSeconds(30), 262_144, STREAMS, Set.of(443));
    }

    /** The default configuration and one more port. */
    public static OutboundConfig closedWithPort(int port) {
        return new Config(false, Duration.ofSeconds(10), Duration.ofSeconds(3), 262_144, STREAMS, Set.of(443, port));
    }

    static GuardedPartnerHttp http(OutboundConfig config, HostLookup lookup, SSLContext tls, MeterRegistry meters) {
        return new GuardedPartnerHttp(config, new SsrfGuard(config), new OpenGate(), meters, "test", lookup, tls);
    }

    /** The real client with these names. */
    public static PartnerHttp http(OutboundConfig config, HostLookup lookup) {
        return http(config, lookup, platformTls(), new SimpleMeterRegistry());
    }

    static GuardedPartnerHttp http(OutboundConfig config) {
        return http(config, TestOutbound::loopbackOnly, platformTls(), new SimpleMeterRegistry());
    }

    /** Knows no name and no address but loopback, so that not even a broken guard lets a packet leave the machine. */
    static InetAddress[] loopbackOnly(String host) throws UnknownHostException {
        if (host.equals("localhost") || host.equals("::1") || host.startsWith("127.")) {
            return InetAddress.getAllByName(host);
        }
        throw new UnknownHostException();
    }

    private static SSLContext platformTls() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The real client behind a gate. */
    public static PartnerHttp http(CallGate gate) {
        OutboundConfig config = config(true);
        return new GuardedPartnerHttp(
                config,
                new SsrfGuard(config),
                gate,
                new SimpleMeterRegistry(),
                "test",
                TestOutbound::loopbackOnly,
                platformTls());
    }

    /** Lets everything through. */
    private static final class OpenGate implements CallGate {

        @Override
        public <T> T pass(Recipient recipient, Lane lane, Call<T> call, Function<T, PartnerResponse> head)
                throws PartnerCallException {
            return call.send();
        }
    }

    /** What streams are bound by. */
    record Streams(long maxStream, Duration idle, Duration limit) {}

    /** Streams open for loopback, with these bounds. */
    static StreamingPartnerHttp streams(Duration deadline, Streams bounds) {
        OutboundConfig config = new Config(true, deadline, Duration.ofSeconds(3), 262_144, bounds, Set.of(443));
        return new StreamingPartnerHttp(
                config,
                new SsrfGuard(config),
                new OpenGate(),
                new SimpleMeterRegistry(),
                "test",
                TestOutbound::loopbackOnly,
                platformTls());
    }

    private record Config(
            boolean allowLoopback,
            Duration deadline,
            Duration connectTimeout,
            int maxBody,
            Streams streams,
            Set<Integer> ports)
            implements OutboundConfig {

        @Override
        public long maxStream() {
            return streams.maxStream();
        }

        @Override
        public Duration streamIdle() {
            return streams.idle();
        }

        @Override
        public Duration streamLimit() {
            return streams.limit();
        }
    }
}
