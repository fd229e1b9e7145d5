package dev.latchkey.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Writes partners' messages into the outbox. */
@ApplicationScoped
class OutboxPartnerEvents implements PartnerEvents {

    static final String TYPE = "partner.event";

    private final OutboxRows rows;
    private final ObjectMapper json;

    OutboxPartnerEvents(OutboxRows rows, ObjectMapper json) {
        this.rows = rows;
        this.json = json;
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public int publish(String partner, boolean unsigned, String payload) {
        List<UUID> live = rows.liveConnections(partner, 2);
        // whose event it is cannot be read out of it; with one connection there is no question
        Optional<UUID> only = live.size() == 1 ? Optional.of(live.getFirst()) : Optional.empty();
        return rows.addOfPartner(partner, only, body(json, partner, only, unsigned, payload));
    }

    /** The members of the contract; the payload is not parsed, so that nothing about it changes. */
    static String body(ObjectMapper json, String partner, Optional<UUID> connection, boolean unsigned, String payload) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", TYPE);
        body.put("partner", partner);
        connection.ifPresent(id -> body.put("connection", id));
        if (unsigned) {
            body.put("unsigned", true);
        }
        try {
            String head = json.writeValueAsString(body);
            return head.substring(0, head.length() - 1) + ",\"payload\":" + payload + "}";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("names and flags are always JSON", e);
        }
    }
}
