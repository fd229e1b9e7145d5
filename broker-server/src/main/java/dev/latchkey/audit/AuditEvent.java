package dev.latchkey.audit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One row to be written. Immutable; built by starting from {@link #of} and adding what is known.
 *
 * @param id the event's own id; a row with the same id is written once
 * @param actor who, in which request
 * @param action what
 * @param connection the connection concerned
 * @param app the app concerned, which need not be the actor
 * @param partner the registration concerned
 * @param outcome whether it was done
 * @param code why not, a code of the error catalogue or a reason of ours
 * @param tokenFingerprint the mark of the token concerned, never the token
 * @param details further facts, none of them secret: scopes, versions, names of rules
 */
public record AuditEvent(
        UUID id,
        Actor actor,
        AuditAction action,
        Optional<UUID> connection,
        Optional<String> app,
        Optional<String> partner,
        Outcome outcome,
        Optional<String> code,
        Optional<String> tokenFingerprint,
        Map<String, Object> details) {

    /** Whether it was done. */
    public enum Outcome {
        SUCCESS,
        DENIED,
        FAILED
    }

    /** Copies. */
    public AuditEvent {
        details = Map.copyOf(details);
    }

    /** A success with nothing more known. */
    public static AuditEvent of(Actor actor, AuditAction action) {
        return new AuditEvent(
                UUID.randomUUID(),
                actor,
                action,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Outcome.SUCCESS,
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    /** The same event about a connection. */
    public AuditEvent connection(UUID value) {
        return new AuditEvent(
                id, actor, action, Optional.of(value), app, partner, outcome, code, tokenFingerprint, details);
    }

    /** The same event about an app. */
    public AuditEvent app(String value) {
        return new AuditEvent(
                id, actor, action, connection, Optional.of(value), partner, outcome, code, tokenFingerprint, details);
    }

    /** The same event about a registration. */
    public AuditEvent partner(String value) {
        return new AuditEvent(
                id, actor, action, connection, app, Optional.of(value), outcome, code, tokenFingerprint, details);
    }

    /** The same event, refused for the given code. */
    public AuditEvent denied(String reason) {
        return new AuditEvent(
                id,
                actor,
                action,
                connection,
                app,
                partner,
                Outcome.DENIED,
                Optional.of(reason),
                tokenFingerprint,
                details);
    }

    /** The same event, failed for the given code. */
    public AuditEvent failed(String reason) {
        return new AuditEvent(
                id,
                actor,
                action,
                connection,
                app,
                partner,
                Outcome.FAILED,
                Optional.of(reason),
                tokenFingerprint,
                details);
    }

    /** The same event about a token. */
    public AuditEvent token(String fingerprint) {
        return new AuditEvent(
                id, actor, action, connection, app, partner, outcome, code, Optional.of(fingerprint), details);
    }

    /** The same event with one fact more; never a secret. */
    public AuditEvent detail(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(details);
        more.put(name, value);
        return new AuditEvent(id, actor, action, connection, app, partner, outcome, code, tokenFingerprint, more);
    }
}
