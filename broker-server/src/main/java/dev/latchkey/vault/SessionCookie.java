package dev.latchkey.vault;

import dev.latchkey.secret.Secret;
import java.time.Instant;
import java.util.Optional;

/**
 * One cookie of a session (RFC 6265 section 5.3).
 *
 * @param name its name
 * @param value its value
 * @param domain the host it belongs to; with a leading dot also the hosts below it
 * @param path the path it belongs to
 * @param expiresAt when it ends; empty where the partner does not say
 * @param secure whether it travels over https only
 */
public record SessionCookie(
        String name, Secret value, String domain, String path, Optional<Instant> expiresAt, boolean secure) {}
