package dev.latchkey.handshake.browser;

import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.time.Duration;
import java.util.UUID;

/**
 * The cookie that binds a link to one browser (R70, R87), as {@code Set-Cookie} text (RFC 6265 section 4.1). Each link
 * has its own, so that two tabs do not disturb each other.
 *
 * @param https whether browsers come by https; then the cookie is {@code Secure} and carries the prefix with which no other
 *     host and no plain http can set it (RFC 6265bis section 4.1.3.2)
 */
record FlowCookie(boolean https) {

    /** The cookie's name for a link. */
    String name(UUID ticket) {
        return (https ? "__Host-latchkey-" : "latchkey-") + ticket;
    }

    /** Sets the cookie for as long as a link can live. */
    String set(UUID ticket, Secret value) {
        return line(ticket, value.reveal(Purpose.SHOW_ONCE), BrowserSteps.LIFE);
    }

    /** Removes the cookie. */
    String clear(UUID ticket) {
        return line(ticket, "", Duration.ZERO);
    }

    private String line(UUID ticket, String value, Duration life) {
        return name(ticket) + "=" + value + "; Path=/; Max-Age=" + life.toSeconds() + "; HttpOnly; SameSite=Lax"
                + (https ? "; Secure" : "");
    }
}
