package dev.latchkey.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Where the broker listens and what it is called from outside. */
@ConfigMapping(prefix = "latchkey.http")
public interface HttpConfig {

    /** The address to listen on. */
    @WithDefault("127.0.0.1")
    String host();

    /** The port to listen on. */
    @WithDefault("8080")
    int port();

    /**
     * The port for health and metrics, such as 9000; they are then on this port only, and nothing else is. Absent: they
     * are on the main port.
     */
    Optional<Integer> managementPort();

    /**
     * How long the broker goes on to serve after SIGTERM while it already reports not ready, so that whatever spreads the
     * requests turns to other brokers first. Requests under way then have 25 s, and renewals {@code
     * latchkey.outbound.deadline} and 10 s more.
     */
    @WithDefault("PT0S")
    Duration drain();

    /**
     * The address under which browsers, apps and partners reach the broker, such as {@code https://broker.example.org};
     * without a path. Requests for another host are refused. Absent, it is {@code http://127.0.0.1:} and the port, and
     * the three names of loopback are answered.
     */
    Optional<URI> publicUrl();

    /** The longest time that the body of a request may take to arrive; then it is refused with 408. */
    @WithDefault("PT20S")
    Duration bodyTimeout();
}
