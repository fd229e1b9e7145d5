package dev.latchkey.partner.registration;

import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.partner.credential.CredentialMarks;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.InTurn;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.exception.ConstraintViolationException;

/**
 * Changes of a registration: row, credentials and audit row together. The vault is written before the row is committed,
 * so that no registration is without its credentials; what a failed commit leaves in the vault, {@link #undo} takes
 * back. Changes of one id follow each other. No partner is called in here. Thread-safe.
 */
@ApplicationScoped
class PartnerChanges {

    private final PartnerRows rows;
    private final CredentialVault vault;
    private final AuditLog audit;

    PartnerChanges(PartnerRows rows, CredentialVault vault, AuditLog audit) {
        this.rows = rows;
        this.vault = vault;
        this.audit = audit;
    }

    /**
     * What a change is decided on.
     *
     * @param registration the row
     * @param credentials the vault's record, which only somebody else's hand can have removed
     */
    record Current(Registration registration, Optional<StoredRecord> credentials) {}

    /** What is there now; {@code not_found} if there is nothing. */
    @InTurn
    @Transactional
    Current current(String id) {
        rows.serialize(id);
        return new Current(Registration.of(rows.require(id)), vault.read(VaultPath.partner(id)));
    }

    /** {@code already_exists} for a taken id or a private key that is in use elsewhere (R99). */
    @InTurn
    @Transactional
    Registration create(PartnerRow row, SecretFields credentials, AuditEvent event) {
        rows.serialize(row.id);
        if (rows.findByIdOptional(row.id).isPresent()) {
            throw new BrokerException(ProblemType.ALREADY_EXISTS, "There is a registration with that id.");
        }
        refuseSharedKey(row.id, row.fingerprints);
        rows.persist(row);
        flush();
        // A record without a row is what a crash left behind.
        int leftOver =
                vault.read(VaultPath.partner(row.id)).map(StoredRecord::version).orElse(CredentialVault.ABSENT);
        write(row.id, credentials, leftOver);
        audit.append(event);
        return Registration.of(row);
    }

    /** {@code conflict} if there is something else by now than what the change was decided on. */
    @InTurn
    @Transactional
    Registration replace(Current before, PartnerRow wanted, SecretFields credentials, AuditEvent event) {
        String id = before.registration().id();
        rows.serialize(id);
        PartnerRow row = rows.require(id);
        if (row.version != before.registration().version()) {
            throw changedMeanwhile();
        }
        refuseSharedKey(id, wanted.fingerprints);
        row.name = wanted.name;
        row.settings = wanted.settings;
        row.fingerprints = wanted.fingerprints;
        row.misconfigured = false;
        row.version++;
        flush();
        write(id, credentials, before.credentials().map(StoredRecord::version).orElse(CredentialVault.ABSENT));
        audit.append(event);
        return Registration.of(row);
    }

    /** {@code in_use} while there are live connections. */
    @InTurn
    @Transactional
    void remove(String id, AuditEvent event) {
        rows.serialize(id);
        PartnerRow row = rows.require(id);
        if (!rows.releaseConnections(id)) {
            throw new BrokerException(ProblemType.IN_USE, "The registration has live connections.");
        }
        rows.delete(row);
        rows.flush();
        audit.append(event);
        vault.destroy(VaultPath.partner(id));
        vault.destroy(VaultPath.formerWebhookSecret(id));
    }

    /** Gives the registration another webhook URL, at once; {@code not_found} if there is none. */
    @InTurn
    @Transactional
    Registration renewWebhookUrl(String id, AuditEvent event) {
        rows.serialize(id);
        PartnerRow row = rows.require(id);
        row.webhookSalt = UUID.randomUUID();
        row.version++;
        rows.flush();
        audit.append(event);
        return Registration.of(row);
    }

    /** After a change that was not committed: brings the vault back to what the row says. */
    @InTurn
    @Transactional
    void undo(String id, Optional<Current> before) {
        rows.serialize(id);
        Optional<Registration> row = rows.findByIdOptional(id).map(Registration::of);
        if (row.isEmpty()) {
            vault.destroy(VaultPath.partner(id));
            return;
        }
        Optional<StoredRecord> stored = vault.read(VaultPath.partner(id));
        before.filter(was -> was.registration().version() == row.get().version())
                .flatMap(Current::credentials)
                .map(StoredRecord::fields)
                .filter(fields -> !stored.map(StoredRecord::fields).equals(Optional.of(fields)))
                .ifPresent(fields ->
                        write(id, fields, stored.map(StoredRecord::version).orElse(CredentialVault.ABSENT)));
    }

    /** Sets or takes away the mark; audited only if that changes anything. */
    @Transactional
    void markMisconfigured(String id, boolean misconfigured, AuditEvent event) {
        if (rows.flipMisconfigured(id, misconfigured)) {
            audit.append(event);
        }
    }

    private void refuseSharedKey(String id, String fingerprints) {
        Map<String, String> marks = RowJson.readMarks(fingerprints);
        Optional<String> mark = Optional.ofNullable(marks.get(CredentialMarks.PRIVATE_KEY));
        if (mark.filter(it -> rows.isElsewhere(CredentialMarks.PRIVATE_KEY, it, id))
                .isPresent()) {
            throw sharedKey();
        }
    }

    /** The unique index over fingerprints of private keys is the only constraint that a race can break. */
    private void flush() {
        try {
            rows.flush();
        } catch (ConstraintViolationException e) {
            throw sharedKey();
        }
    }

    private static BrokerException sharedKey() {
        return new BrokerException(ProblemType.ALREADY_EXISTS, "Another registration has the same private key.")
                .with("pointer", "/credentials/private_key");
    }

    private void write(String id, SecretFields credentials, int expected) {
        try {
            vault.write(VaultPath.partner(id), credentials, expected);
        } catch (VersionConflictException e) {
            throw changedMeanwhile();
        }
    }

    private static BrokerException changedMeanwhile() {
        return new BrokerException(ProblemType.CONFLICT, "The registration was changed by somebody else meanwhile.");
    }
}
