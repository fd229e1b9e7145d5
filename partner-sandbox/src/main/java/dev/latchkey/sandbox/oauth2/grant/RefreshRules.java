package dev.latchkey.sandbox.oauth2.grant;

import java.time.Duration;

/**
 * How a partner renews tokens.
 *
 * @param grace how long a replaced refresh token still answers, for {@link Rotation#GRACE}
 * @param accessTokenLife how long an access token lives; also what {@code expires_in} says
 * @param oldAccessTokenDies whether a refresh ends the access tokens before it
 */
public record RefreshRules(Rotation rotation, Duration grace, Duration accessTokenLife, boolean oldAccessTokenDies) {}
