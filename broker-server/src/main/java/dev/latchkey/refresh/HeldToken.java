package dev.latchkey.refresh;

import dev.latchkey.vault.Credential;
import java.time.Duration;
import java.time.Instant;

/**
 * A credential in memory.
 *
 * @param credential what the vault holds
 * @param kvVersion the version that it holds it at
 * @param renewed whether it came from a renewal in this process, rather than from the vault
 */
public record HeldToken(Credential.ShortLived credential, int kvVersion, boolean renewed) {

    /** How long it still lives; never negative. */
    public Duration remaining(Instant now) {
        Duration left = Duration.between(now, credential.expiresAt());
        return left.isNegative() ? Duration.ZERO : left;
    }
}
