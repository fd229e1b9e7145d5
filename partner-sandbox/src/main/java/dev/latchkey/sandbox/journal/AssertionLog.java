package dev.latchkey.sandbox.journal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.StrictJson;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The last 1,000 client assertions (RFC 7523): what they said and what the sandbox made of them. */
public final class AssertionLog {

    private static final int MOST = 1000;

    /** {@code problem} is empty when the assertion was accepted. */
    public record Seen(String partner, ObjectNode header, ObjectNode claims, Optional<String> problem) {}

    private final Deque<Seen> seen = new ArrayDeque<>();

    public synchronized void add(Seen assertion) {
        if (seen.size() == MOST) {
            seen.removeFirst();
        }
        seen.addLast(assertion);
    }

    public synchronized void clear() {
        seen.clear();
    }

    /** The assertions that one partner, or any partner, saw; oldest first. */
    public ArrayNode toJson(Optional<String> partner) {
        ArrayNode all = StrictJson.object().arrayNode();
        snapshot().stream()
                .filter(s -> partner.map(s.partner()::equals).orElse(true))
                .forEach(s -> {
                    ObjectNode json = all.addObject().put("partner", s.partner());
                    json.set("header", s.header());
                    json.set("claims", s.claims());
                    json.put("accepted", s.problem().isEmpty());
                    s.problem().ifPresent(problem -> json.put("problem", problem));
                });
        return all;
    }

    private synchronized List<Seen> snapshot() {
        return List.copyOf(seen);
    }
}
