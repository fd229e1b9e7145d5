package dev.latchkey.sandbox.noon;

import dev.latchkey.sandbox.oauth2.grant.TokenSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Sessions by their cookie. Thread-safe. */
public final class Sessions {

    /** A session that lives until {@code expires}. */
    public record Session(String cookie, ServiceAccounts.Key key, Instant expires) {}

    private final Clock clock;
    private final TokenSource tokens;
    private final Map<String, Session> live = new ConcurrentHashMap<>();

    Sessions(Clock clock, TokenSource tokens) {
        this.clock = clock;
        this.tokens = tokens;
    }

    Session open(ServiceAccounts.Key key, Duration life) {
        Session session =
                new Session(tokens.next("noonsession"), key, clock.instant().plus(life));
        live.put(session.cookie(), session);
        return session;
    }

    /** The session of a cookie, while it lives. */
    public Optional<Session> find(String cookie) {
        return Optional.ofNullable(live.get(cookie))
                .filter(session -> session.expires().isAfter(clock.instant()));
    }

    public List<Session> all() {
        return List.copyOf(live.values());
    }

    /** Ends the sessions that one key logged in, or all of them; answers how many. */
    public int kill(Optional<String> keyId) {
        List<Session> killed = all().stream()
                .filter(session -> keyId.map(session.key().id()::equals).orElse(true))
                .filter(session -> live.remove(session.cookie(), session))
                .toList();
        return killed.size();
    }

    /** Forgets every session. */
    public void clear() {
        live.clear();
    }
}
