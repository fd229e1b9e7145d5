package dev.latchkey.connection;

import dev.latchkey.problem.BrokerException;
import java.util.UUID;

/** Reads the ids of connections. */
public final class ConnectionIds {

    private ConnectionIds() {}

    /** The id, in its canonical form only: one connection, one name. Any other text is as unknown as a foreign id. */
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
