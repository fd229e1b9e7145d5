package dev.latchkey.token;

import dev.latchkey.oauth.Scopes;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SessionCookie;
import java.time.Duration;
import java.util.List;

/**
 * What an app gets.
 *
 * @param access what authenticates its requests at the partner
 * @param life its remaining lifetime, never longer than the partner says
 * @param scopes what it covers, of what was approved
 * @param warnings codes that tell of something unusual
 */
record HandOut(Access access, Duration life, Scopes scopes, List<String> warnings) {

    /** The token's remaining lifetime is shorter than usual; ask again soon. */
    static final String SHORT_LIVED = "short_lived";
    /** The partner's token covers more than was approved. */
    static final String EXCESS_SCOPES = "partner_granted_more";
    /** The partner's token covers less than was approved. */
    static final String MISSING_SCOPES = "partner_granted_less";

    /** How a request is authenticated. */
    sealed interface Access {

        /** RFC 6750 section 2.1. */
        record Bearer(Secret token) implements Access {}

        /** A token that goes bare into a header field. */
        record Header(String name, Secret token) implements Access {}

        /** Cookies of a session. */
        record Cookies(List<SessionCookie> cookies) implements Access {}
    }
}
