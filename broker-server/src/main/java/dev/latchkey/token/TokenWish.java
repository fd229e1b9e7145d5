package dev.latchkey.token;

import dev.latchkey.oauth.Scopes;
import java.time.Duration;

/**
 * What an app asks for.
 *
 * @param minTtl how long the token has to live at least; zero for no wish
 * @param scopes what it is to be used for; none for all that the app may
 */
record TokenWish(Duration minTtl, Scopes scopes) {}
