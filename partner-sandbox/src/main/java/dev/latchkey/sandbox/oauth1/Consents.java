package dev.latchkey.sandbox.oauth1;

import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.oauth2.grant.TokenSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Consent forms that were shown and not yet sent, each bound to the browser that got it. Thread-safe. */
final class Consents {

    /** The hidden fields of one form. */
    record Ticket(String id, String csrf) {}

    private record Pending(String requestToken, String csrf, String browser) {}

    private final TokenSource tokens;
    private final Map<String, Pending> pending = new ConcurrentHashMap<>();

    Consents(TokenSource tokens) {
        this.tokens = tokens;
    }

    Ticket open(String requestToken, String browser) {
        Ticket ticket = new Ticket(tokens.next("ticket"), tokens.next("csrf"));
        pending.put(ticket.id(), new Pending(requestToken, ticket.csrf(), browser));
        return ticket;
    }

    /** The request token that the form was about, once, if the form came from the browser that got it. */
    String take(Ticket ticket, Optional<String> browser) {
        Pending found = pending.get(ticket.id());
        if (found == null) {
            throw new Refusal(400, "invalid_request", "consent form unknown or sent twice");
        }
        if (!found.csrf().equals(ticket.csrf()) || !browser.equals(Optional.of(found.browser()))) {
            throw new Refusal(403, "invalid_request", "consent form of another browser");
        }
        pending.remove(ticket.id());
        return found.requestToken();
    }
}
