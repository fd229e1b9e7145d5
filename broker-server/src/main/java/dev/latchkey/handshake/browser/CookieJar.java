package dev.latchkey.handshake.browser;

import dev.latchkey.secret.Secret;
import java.util.Optional;
import java.util.UUID;

/** The cookies that a browser sent. */
interface CookieJar {

    /** The cookie that binds a link to this browser; each link has its own, so that two tabs do not disturb each other. */
    Optional<Secret> of(UUID ticket);
}
