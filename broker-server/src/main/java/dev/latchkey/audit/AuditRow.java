package dev.latchkey.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** A row as the API shows it; the members are those of {@link AuditEvent} and {@link Actor}, with number and time. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record AuditRow(
        long seq,
        Instant time,
        String actor,
        String actorType,
        String action,
        Optional<UUID> connection,
        Optional<String> app,
        Optional<String> partner,
        String outcome,
        Optional<String> code,
        String requestId,
        String sourceIp,
        Optional<String> tokenFingerprint,
        JsonNode details) {}
