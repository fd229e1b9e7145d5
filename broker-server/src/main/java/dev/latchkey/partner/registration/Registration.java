package dev.latchkey.partner.registration;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * A registration as admins see it. Without credentials: they are never read back (R155).
 *
 * @param id its id
 * @param catalog the id of its catalog row
 * @param name what people call it
 * @param settings what it changes in its catalog row
 * @param fingerprints name of a credential to the mark of its value
 * @param misconfigured whether the partner refuses our client
 * @param version counts the changes by an admin
 * @param webhookSalt what its webhook URL is derived from
 * @param createdAt when it was made
 */
record Registration(
        String id,
        String catalog,
        String name,
        JsonNode settings,
        Map<String, String> fingerprints,
        boolean misconfigured,
        long version,
        UUID webhookSalt,
        Instant createdAt) {

    /** Copies. */
    Registration {
        fingerprints = Map.copyOf(fingerprints);
    }

    static Registration of(PartnerRow row) {
        return new Registration(
                row.id,
                row.catalog,
                row.name,
                RowJson.read(row.settings),
                RowJson.readMarks(row.fingerprints),
                row.misconfigured,
                row.version,
                row.webhookSalt,
                row.createdAt);
    }
}
