package dev.latchkey.demo;

import java.time.Duration;
import java.time.Instant;

/** An access token that is asked for anew shortly before it ends. Thread-safe. */
final class TokenCache {

    private static final Duration MARGIN = Duration.ofSeconds(20);

    private final Source source;
    private String token = "";
    private Instant until = Instant.MIN;

    TokenCache(Source source) {
        this.source = source;
    }

    /** Where it comes from: an answer of a token endpoint (RFC 6749 section 5.1). */
    @FunctionalInterface
    interface Source {
        Answer ask() throws StepFailed;
    }

    synchronized String get() throws StepFailed {
        if (Instant.now().isAfter(until)) {
            Answer answer = source.ask();
            token = answer.text("access_token");
            until = Instant.now().plusSeconds(answer.seconds("expires_in")).minus(MARGIN);
        }
        return token;
    }
}
