package dev.latchkey.sandbox.partner;

import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.oauth1.Rules;
import dev.latchkey.sandbox.oauth2.Settings;
import java.util.List;
import java.util.Optional;

/** One partner. Implementations are thread-safe and keep what they remember in the world they are given. */
public interface Partner {

    /** The id that clients, faults, settings and counters use. */
    String id();

    /** For a person: what is played, and where. */
    List<String> addresses();

    /** The settings until they are changed. */
    Settings defaults();

    /** What it asks of a signed request until that is changed, if it knows OAuth 1.0. */
    default Optional<Rules> oauth1Rules() {
        return Optional.empty();
    }

    /** What the partner would do; empty if it has no such address. Must not change anything. */
    Optional<Operation> operation(Request request);
}
