package dev.latchkey.catalog.entry;

import dev.latchkey.oauth.Scopes;

/**
 * Which scopes can be asked for at a partner.
 *
 * @param available the closed list; empty where the partner's scopes are not known to us and any may be asked for
 * @param required whether the partner refuses a request without any
 * @param always scopes that every request holds ({@code openid})
 * @param narrowing whether a token with fewer scopes can be had by a refresh (RFC 6749 section 6)
 */
public record ScopePolicy(Scopes available, boolean required, Scopes always, boolean narrowing) {}
