package dev.latchkey.refresh;

import dev.latchkey.vault.Credential;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A credential in memory.
 *
 * @param credential what the vault holds
 * @param kvVersion the version that it holds it at
 * @param renewed whether it came from a renewal that was waited for, rather than from the vault as it lay there
 */
public record HeldToken(Credential.ShortLived credential, int kvVersion, boolean renewed) {

    private static final Duration ROUNDING = Duration.ofMillis(1);

    /** Whether it is the same credential, at whatever version: a rewrite in place makes no new one. */
    public boolean isSameAs(HeldToken other) {
        return credential.handle().equals(other.credential().handle());
    }

    /** Whether it ends when PostgreSQL says, which rounds times; if not, it is another one than PostgreSQL knows. */
    boolean endsAt(Optional<Instant> known) {
        return known.filter(end ->
                        Duration.between(end, credential.expiresAt()).abs().compareTo(ROUNDING) < 0)
                .isPresent();
    }

    /** How long it still lives; never negative, and never longer than it ever did, whatever two clocks say (R8, R14). */
    public Duration remaining(Instant now) {
        Duration left = Duration.between(now, credential.expiresAt());
        Duration life = Duration.between(credential.issuedAt(), credential.expiresAt());
        Duration most = left.compareTo(life) < 0 ? left : life;
        return most.isNegative() ? Duration.ZERO : most;
    }
}
