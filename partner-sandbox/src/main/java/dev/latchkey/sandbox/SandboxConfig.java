package dev.latchkey.sandbox;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * How a sandbox runs.
 *
 * @param port the port on 127.0.0.1; 0 takes a free one
 * @param clock what time the partners think it is
 * @param random where tokens come from
 */
public record SandboxConfig(int port, Clock clock, RandomGenerator random) {

    /** A free port, the system's clock. */
    public static SandboxConfig defaults() {
        return new SandboxConfig(0, Clock.systemUTC(), new SecureRandom());
    }

    /** The same on another port. */
    public SandboxConfig withPort(int other) {
        return new SandboxConfig(other, clock, random);
    }

    /** The same with another clock. */
    public SandboxConfig withClock(Clock other) {
        return new SandboxConfig(port, other, random);
    }
}
