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

    /** How long it still lives; never negative, and never longer than it ever did, whatever two clocks say (R8, R14). */
    public Duration remaining(Instant now) {
        Duration left = Duration.between(now, credential.expiresAt());
        Duration life = Duration.between(credential.issuedAt(), credential.expiresAt());
        Duration most = left.compareTo(life) < 0 ? left : life;
        return most.isNegative() ? Duration.ZERO : most;
    }
}
