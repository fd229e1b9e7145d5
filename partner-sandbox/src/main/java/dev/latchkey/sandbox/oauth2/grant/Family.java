package dev.latchkey.sandbox.oauth2.grant;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All tokens that descend from one consent, or from one client's own access. Thread-safe: one lock a family, so that
 * of two refreshes with the same token exactly one comes first.
 */
public final class Family {

    /** Who and what a family stands for. */
    public record Subject(String partner, String clientId, String user, Set<String> scopes) {
        public Subject {
            scopes = Collections.unmodifiableSet(new LinkedHashSet<>(scopes)); // in the order asked for
        }
    }

    /** A family as the control API shows it. */
    public record Snapshot(String id, Subject subject, int liveAccessTokens, long generation, Optional<String> dead) {}

    private final String id;
    private final Subject subject;
    private final TokenSource tokens;
    private final Map<String, Instant> accessTokens = new HashMap<>();
    private final Map<String, Instant> replaced = new HashMap<>();
    private @Nullable String refreshToken;
    private @Nullable String deadBecause;
    private long generation;
    private Instant renewedAt = Instant.EPOCH;

    Family(String id, Subject subject, TokenSource tokens) {
        this.id = id;
        this.subject = subject;
        this.tokens = tokens;
    }

    public String id() {
        return id;
    }

    public Subject subject() {
        return subject;
    }

    synchronized TokenPair first(RefreshRules rules, Instant now, boolean withRefreshToken) {
        if (withRefreshToken) {
            refreshToken = tokens.next("rt");
        }
        return pair(rules, now);
    }

    synchronized RefreshOutcome refresh(String presented, RefreshRules rules, Instant now, BooleanSupplier keepToken) {
        if (deadBecause != null) {
            return new RefreshOutcome.Dead(deadBecause);
        }
        Instant replacedAt = replaced.get(presented);
        if (!presented.equals(refreshToken)) {
            Duration grace = rules.rotation() == Rotation.GRACE ? rules.grace() : Duration.ZERO;
            if (replacedAt == null || !now.isBefore(replacedAt.plus(grace))) {
                kill("refresh token reuse");
                return new RefreshOutcome.Reused();
            }
        } else if (rules.rotation() != Rotation.NONE && !keepToken.getAsBoolean()) {
            replaced.put(presented, now);
            refreshToken = tokens.next("rt");
        }
        generation++;
        if (rules.oldAccessTokenDies()) {
            accessTokens.replaceAll((token, end) -> now);
        }
        return new RefreshOutcome.Renewed(pair(rules, now));
    }

    synchronized void kill(String reason) {
        if (deadBecause == null) {
            deadBecause = reason;
        }
        accessTokens.clear();
    }

    synchronized void dropAccessToken(String token) {
        accessTokens.remove(token);
    }

    /** Forgets the access tokens that are over and says which, so that nothing grows with the number of refreshes. */
    synchronized List<String> forgetEnded(Instant now) {
        List<String> ended = accessTokens.entrySet().stream()
                .filter(token -> !now.isBefore(token.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        ended.forEach(accessTokens::remove);
        return ended;
    }

    /** When the token ends, if it is alive. */
    public synchronized Optional<Instant> endOf(String accessToken, Instant now) {
        return Optional.ofNullable(accessTokens.get(accessToken)).filter(now::isBefore);
    }

    public synchronized Snapshot snapshot(Instant now) {
        int live = (int) accessTokens.values().stream().filter(now::isBefore).count();
        return new Snapshot(id, subject, live, generation, Optional.ofNullable(deadBecause));
    }

    /** When the family last gave out tokens. */
    public synchronized Instant renewedAt() {
        return renewedAt;
    }

    private TokenPair pair(RefreshRules rules, Instant now) {
        renewedAt = now;
        String access = tokens.next("at");
        if (deadBecause == null) {
            accessTokens.put(access, now.plus(rules.accessTokenLife()));
        }
        return new TokenPair(access, Optional.ofNullable(refreshToken), rules.accessTokenLife(), subject.scopes(), id);
    }
}
