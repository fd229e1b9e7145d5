package dev.latchkey.connection;

import dev.latchkey.problem.BrokerException;
import java.util.UUID;

/** Reads the ids of connections. */
public final class ConnectionIds {

    private ConnectionIds() {}

    /** The id, in its canonical form only, so that a connection has one name; {@code not_found} for any other text. */
    public static UUID parse(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equals(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            throw BrokerException.notFound();
        }
        throw BrokerException.notFound();
    }
}
