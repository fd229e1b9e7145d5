package dev.latchkey.outbound;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Set;

/** How the broker talks to partners. */
@ConfigMapping(prefix = "latchkey.outbound")
public interface OutboundConfig {

    /**
     * Opens 127.0.0.0/8, ::1 and the name {@code localhost} at any port, also for {@code http}; nothing else. For the
     * sandbox and for tests only.
     */
    @WithDefault("false")
    boolean allowLoopback();

    /**
     * The longest time of one call to a partner in all, from the resolution of the name to the last byte of the answer. At
     * the end of the process, renewals have this and 10 s more.
     */
    @WithDefault("PT10S")
    Duration deadline();

    /** The longest time of a TCP connect to one address, and of a TLS handshake. */
    @WithDefault("PT3S")
    Duration connectTimeout();

    /** The longest body of an answer, in bytes; a longer one is given up at once. */
    @WithDefault("262144")
    int maxBody();

    /** The longest body of an answer that is streamed to an app, in bytes; a longer one is cut off. */
    @WithDefault("10485760")
    long maxStream();

    /** The longest pause in a streamed body, whoever makes it: the app that sends, or the partner. */
    @WithDefault("PT15S")
    Duration streamIdle();

    /** The longest time of a streamed exchange in all, both bodies included. */
    @WithDefault("PT5M")
    Duration streamLimit();

    /** The ports that a partner's URL may name, loopback apart. */
    @WithDefault("443")
    Set<Integer> ports();
}
