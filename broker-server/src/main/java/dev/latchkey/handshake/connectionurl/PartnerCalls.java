package dev.latchkey.handshake.connectionurl;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Answers the access code for a one-time code: once, and once more to a partner whose answer got lost (R107, R109). A
 * retry comes alone, after the call that it repeats: two calls that overlap, or a third that comes while the second is
 * held back, are a replay, and nobody is answered again. Thread-safe.
 */
@ApplicationScoped
class PartnerCalls {

    /** How long a second call is held back, so that one of a burst shows. */
    private static final Duration HELD_BACK = Duration.ofMillis(300);

    private final PartnerCallRows rows;
    private final CredentialVault vault;
    private final AuditLog audit;
    /** The codes whose calls are under way, and whether another one came meanwhile. */
    private final Map<String, AtomicBoolean> underWay = new ConcurrentHashMap<>();

    PartnerCalls(PartnerCallRows rows, CredentialVault vault, AuditLog audit) {
        this.rows = rows;
        this.vault = vault;
        this.audit = audit;
    }

    /** The access code; {@code invalid_code} whatever is wrong with the code. */
    Secret accessCode(String registration, Optional<Secret> given, Actor partner) {
        try {
            return accessCode(registration, given.orElseThrow(PartnerCalls::invalidCode), partner);
        } catch (BrokerException e) {
            if (e.type() == ProblemType.INVALID_CODE) {
                audit.append(AuditEvent.of(partner, AuditAction.PARTNER_CALLED)
                        .partner(registration)
                        .denied(e.type().code()));
            }
            throw e;
        }
    }

    private Secret accessCode(String registration, Secret code, Actor partner) {
        PartnerCallRows.Flow flow = rows.find(code, registration).orElseThrow(PartnerCalls::invalidCode);
        Secret accessCode = vault.read(VaultPath.handshake(flow.id()))
                .map(StoredRecord::fields)
                .flatMap(memo -> memo.get(HandshakeStep.Redirect.ACCESS_CODE))
                .orElseThrow(PartnerCalls::invalidCode);
        AtomicBoolean overlapped = new AtomicBoolean();
        AtomicBoolean other = underWay.putIfAbsent(code.sha256Hex(), overlapped);
        if (other != null) {
            other.set(true);
            throw invalidCode();
        }
        try {
            if (isAnswered(flow, registration, partner, overlapped)) {
                return accessCode;
            }
            throw invalidCode();
        } finally {
            underWay.remove(code.sha256Hex());
            if (overlapped.get()) {
                rows.close(flow);
            }
        }
    }

    private boolean isAnswered(
            PartnerCallRows.Flow flow, String registration, Actor partner, AtomicBoolean overlapped) {
        AuditEvent called = AuditEvent.of(partner, AuditAction.PARTNER_CALLED)
                .partner(registration)
                .connection(flow.connection());
        return switch (rows.count(flow, called)) {
            case FIRST -> true;
            case SECOND -> {
                holdBack();
                yield !overlapped.get() && rows.isStillSecond(flow, called.detail("repeated", true));
            }
            case TOO_MANY -> false;
        };
    }

    private static void holdBack() {
        try {
            Thread.sleep(HELD_BACK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw invalidCode();
        }
    }

    private static BrokerException invalidCode() {
        return new BrokerException(ProblemType.INVALID_CODE, "The code is unknown, was used, or has ended.");
    }
}
