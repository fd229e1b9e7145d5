package dev.latchkey.refresh;

import dev.latchkey.vault.Credential;
import java.time.Duration;
import java.time.Instant;

/**
 * A credential in memory.
 *
 * @param credential what the vault holds
 * @param kvVersion the version that it holds it at
 * @param renewed whether it came from a renewal that was waited for, rather than from the vault as it lay there
 */
public record HeldToken(Credential.ShortLived credential, int kvVersion, boolean renewed) {

    /** Whether it is the same credential, at whatever version: a rewrite in place makes no new one. */
    public boolean isSameAs(HeldToken other) {
        return credential.handle().equals(other.credential().handle());
    }

    /** How long it still lives; never negative. */
    public Duration remaining(Instant now) {
        Duration left = Duration.between(now, credential.expiresAt());
        return left.isNegative() ? Duration.ZERO : left;
    }
}
