package dev.latchkey.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.connection.ConnectionEvents;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Writes an event into the outbox, in the transaction of the change it tells of: for every granted app and for the one
 * that asked for the connection, where they take events. Thread-safe.
 */
@ApplicationScoped
class OutboxConnectionEvents implements ConnectionEvents {

    private final OutboxRows rows;
    private final EntityManager entities;
    private final ObjectMapper json;

    OutboxConnectionEvents(OutboxRows rows, EntityManager entities, ObjectMapper json) {
        this.rows = rows;
        this.entities = entities;
        this.json = json;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public void publish(Type type, UUID connection, String partner, Map<String, Object> payload) {
        // the statement below reads grants that this transaction may have changed and Hibernate not yet written
        entities.flush();
        rows.add(type.wireName(), connection, body(json, type, connection, partner, payload));
    }

    /** The body that apps receive; a {@code Secret} in the payload is refused by Jackson. */
    static String body(ObjectMapper json, Type type, UUID connection, String partner, Map<String, Object> payload) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", type.wireName());
        body.put("partner", partner);
        body.put("connection", connection);
        body.put("payload", payload);
        try {
            return json.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event's payload is not JSON", e);
        }
    }
}
