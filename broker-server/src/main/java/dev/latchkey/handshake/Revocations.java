package dev.latchkey.handshake;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.connection.Connection;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Ends credentials at their partners (R103). A revocation that cannot be done at once is kept in a journal, its token only
 * in the vault, and is tried again for at most 24 hours. Thread-safe.
 */
@ApplicationScoped
public class Revocations {

    private static final Logger LOG = Logger.getLogger(Revocations.class);

    private final RevocationRows rows;
    private final Handshakes handshakes;
    private final CredentialVault vault;
    private final AuditLog audit;

    Revocations(RevocationRows rows, Handshakes handshakes, CredentialVault vault, AuditLog audit) {
        this.rows = rows;
        this.handshakes = handshakes;
        this.vault = vault;
        this.audit = audit;
    }

    /**
     * Journals a credential, destroys it where it was stored, and asks the partner to end it.
     *
     * @param source where it was stored
     * @return whether the partner has ended it, or has no way to
     */
    public boolean revoke(Connection connection, Credential credential, VaultPath source, Actor actor) {
        UUID id = journal(connection, credential);
        vault.destroy(source);
        return attempt(id, connection.id(), connection.partner(), actor);
    }

    /** The same for a credential that was never stored because it lost a race; the partner still accepts it. */
    public boolean revokeUnstored(Connection connection, Credential credential, Actor actor) {
        return attempt(journal(connection, credential), connection.id(), connection.partner(), actor);
    }

    /** Tries again what is due, and gives up what is too old. */
    public void retryDue(Actor actor) {
        rows.givenUp().forEach(id -> {
            vault.destroy(VaultPath.revocation(id));
            rows.remove(id);
        });
        for (RevocationRows.Due due : rows.due()) {
            attempt(due.id(), due.connection(), due.partner(), actor);
        }
    }

    private UUID journal(Connection connection, Credential credential) {
        UUID id = UUID.randomUUID();
        try {
            vault.write(VaultPath.revocation(id), CredentialCodec.encode(credential), CredentialVault.ABSENT);
        } catch (VersionConflictException e) {
            throw new IllegalStateException("a new id is taken", e);
        }
        rows.add(id, connection.id(), connection.partner());
        return id;
    }

    private boolean attempt(UUID id, UUID connection, String partnerId, Actor actor) {
        AuditEvent event = AuditEvent.of(actor, AuditAction.PARTNER_REVOCATION)
                .connection(connection)
                .partner(partnerId);
        Revocable.Revocation outcome;
        try {
            outcome = ask(id, partnerId);
        } catch (BrokerException e) {
            LOG.infof(e, "revocation %s at partner %s is tried again later", id, partnerId);
            outcome = Revocable.Revocation.TRY_LATER;
        }
        if (outcome == Revocable.Revocation.TRY_LATER) {
            rows.postpone(id);
            audit.append(event.failed("partner_unavailable"));
            return false;
        }
        vault.destroy(VaultPath.revocation(id));
        rows.remove(id);
        audit.append(event);
        return true;
    }

    private Revocable.Revocation ask(UUID id, String partnerId) {
        Optional<Credential> credential =
                vault.read(VaultPath.revocation(id)).map(StoredRecord::fields).map(CredentialCodec::decode);
        Partner partner = handshakes.partner(partnerId);
        Optional<Revocable> protocol = handshakes.revocable(partner);
        if (credential.isEmpty() || protocol.isEmpty()) {
            return Revocable.Revocation.DONE;
        }
        HandshakeContext context = handshakes.context(partner, credential.get().scopes());
        return protocol.get().revoke(context, credential.get());
    }
}
