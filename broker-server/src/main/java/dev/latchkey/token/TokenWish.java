package dev.latchkey.token;

import dev.latchkey.oauth.Scopes;
import java.time.Duration;

/**
 * What an app asks for.
 *
 * @param minTtl the least remaining lifetime of the token; zero for no wish
 * @param scopes what it is to be used for; none for all that the app may
 */
record TokenWish(Duration minTtl, Scopes scopes) {}
