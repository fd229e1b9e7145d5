package dev.latchkey.sandbox.oauth2.grant;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** What a grant gives out. */
public record TokenPair(
        String accessToken, Optional<String> refreshToken, Duration life, Set<String> scopes, String family) {}
