package dev.latchkey.sandbox.callback;

import java.time.Duration;

/**
 * How a partner of this kind behaves.
 *
 * @param parameter the name of the query parameter that takes the access code back to the integrator
 * @param lostAnswers how many answers of the ConnectionURL get lost on their way before one arrives
 * @param refreshTokenLife how long a refresh token lives unused
 */
public record CallbackRules(String parameter, long lostAnswers, Duration refreshTokenLife) {

    public static final CallbackRules DEFAULT = new CallbackRules("access_code", 0, Duration.ofDays(15));
}
