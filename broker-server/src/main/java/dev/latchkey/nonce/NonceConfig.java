package dev.latchkey.nonce;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Partners that want a nonce larger with each request of a key: such requests go one after another. */
@ConfigMapping(prefix = "latchkey.nonces")
public interface NonceConfig {

    /** How long a request waits for its turn before it is answered 429 {@code rate_limited}. */
    @WithDefault("PT10S")
    Duration patience();

    /** How many requests of one key may wait in a process; one more is answered 429 {@code rate_limited} at once. */
    @WithDefault("1000")
    int mostWaiting();
}
