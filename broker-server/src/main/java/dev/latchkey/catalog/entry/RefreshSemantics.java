package dev.latchkey.catalog.entry;

import java.time.Duration;

/**
 * What a partner does when a token is renewed. The refresh protocol decides by it what may be sent again.
 *
 * @param rotation whether the refresh token changes
 * @param grace for {@link Rotation#GRACE}: how long the previous refresh token still works; else zero
 * @param oldTokenDies whether the old access token ends with the refresh
 * @param defaultLifetime the life of an access token where the partner states none (or nonsense)
 * @param maximumLifetime the longest life that we believe; at most 24 hours, for a session of cookies 30 days
 */
public record RefreshSemantics(
        Rotation rotation, Duration grace, boolean oldTokenDies, Duration defaultLifetime, Duration maximumLifetime) {

    /** Whether the refresh token changes with each use. */
    public enum Rotation {
        /** It stays. */
        NONE,
        /** It changes; the previous one still works for a while. */
        GRACE,
        /** It changes; the previous one is dead, and using it may kill the new one. */
        STRICT
    }
}
