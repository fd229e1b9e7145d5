package dev.latchkey.token;

import dev.latchkey.oauth.Scopes;
import dev.latchkey.secret.Secret;
import java.time.Duration;
import java.util.List;

/**
 * What an app gets.
 *
 * @param accessToken the partner's access token
 * @param life how long it still lives, never longer than the partner says
 * @param scopes what it covers, of what was approved
 * @param warnings codes that tell of something unusual
 */
record HandOut(Secret accessToken, Duration life, Scopes scopes, List<String> warnings) {

    /** The token lives shorter than a token of ours usually does; ask again soon. */
    static final String SHORT_LIVED = "short_lived";
    /** The partner's token covers more than was approved. */
    static final String EXCESS_SCOPES = "partner_granted_more";
    /** The partner's token covers less than was approved. */
    static final String MISSING_SCOPES = "partner_granted_less";
}
