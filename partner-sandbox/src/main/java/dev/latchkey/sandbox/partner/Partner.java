package dev.latchkey.sandbox.partner;

import dev.latchkey.sandbox.http.Request;
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

    /** What the partner would do; empty if it has no such address. Must not change anything. */
    Optional<Operation> operation(Request request);
}
