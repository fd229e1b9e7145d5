package dev.latchkey.sandbox.oauth2;

import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.oauth2.grant.TokenSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Consent forms that were shown and not yet sent, each bound to the browser that got it. Thread-safe. */
public final class PendingConsents {

    private static final Duration LIFE = Duration.ofMinutes(10);

    /** The hidden fields of one form. */
    public record Ticket(String id, String csrf) {}

    private record Pending(AuthorizationRequest request, String csrf, String browser, Instant expires) {}

    private final Clock clock;
    private final TokenSource tokens;
    private final Map<String, Pending> pending = new ConcurrentHashMap<>();

    PendingConsents(Clock clock, TokenSource tokens) {
        this.clock = clock;
        this.tokens = tokens;
    }

    /** Remembers what a form is about; the form carries the ticket. */
    public Ticket open(AuthorizationRequest request, String browser) {
        Instant now = clock.instant();
        pending.values().removeIf(old -> old.expires().isBefore(now));
        Ticket ticket = new Ticket(tokens.next("ticket"), tokens.next("csrf"));
        pending.put(ticket.id(), new Pending(request, ticket.csrf(), browser, now.plus(LIFE)));
        return ticket;
    }

    /** What a form is about; it stays. */
    public Optional<AuthorizationRequest> peek(String ticket) {
        return Optional.ofNullable(pending.get(ticket)).map(Pending::request);
    }

    /** Takes the request out, once, if the form came from the browser that got it. */
    public AuthorizationRequest take(Ticket ticket, Optional<String> browser) {
        Pending found = pending.get(ticket.id());
        if (found == null || found.expires().isBefore(clock.instant())) {
            throw new Refusal(400, "invalid_request", "consent form unknown or expired");
        }
        if (!found.csrf().equals(ticket.csrf()) || !browser.equals(Optional.of(found.browser()))) {
            throw new Refusal(403, "invalid_request", "consent form of another browser");
        }
        if (!pending.remove(ticket.id(), found)) {
            throw new Refusal(400, "invalid_request", "consent form sent twice");
        }
        return found.request();
    }

    /** Forgets every form. */
    public void clear() {
        pending.clear();
    }
}
