package dev.latchkey.handshake.browser;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionLifecycle;
import dev.latchkey.connection.ConnectionLifecycle.NewCredential;
import dev.latchkey.connection.Connections;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.handshake.RefreshPlan;
import dev.latchkey.handshake.Revocations;
import dev.latchkey.handshake.browser.ConfirmationRows.Verdict;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * The last step of a browser's handshake: a credential is staged, and only the one who asked for the link makes it
 * usable, from its own session (R71). Until then, and without it, nobody can use the credential. Thread-safe.
 */
@ApplicationScoped
class Confirmations {

    private static final Logger LOG = Logger.getLogger(Confirmations.class);

    private final ConfirmationRows rows;
    private final Connections connections;
    private final ConnectionLifecycle lifecycle;
    private final RefreshPlan plan;
    private final Revocations revocations;
    private final CredentialVault vault;
    private final SecretGenerator generator;

    Confirmations(
            ConfirmationRows rows,
            Connections connections,
            ConnectionLifecycle lifecycle,
            RefreshPlan plan,
            Revocations revocations,
            CredentialVault vault,
            SecretGenerator generator) {
        this.rows = rows;
        this.connections = connections;
        this.lifecycle = lifecycle;
        this.plan = plan;
        this.revocations = revocations;
        this.vault = vault;
        this.generator = generator;
    }

    /**
     * Stages a credential and returns the one-time handle. A credential that was staged before is replaced and revoked. One
     * that loses a race, or comes while another is being confirmed, is revoked itself and refused as {@code state_invalid}.
     */
    Secret stage(Connection connection, Credential credential, String issuedTo, Actor actor) {
        VaultPath path = VaultPath.staged(connection.id());
        Optional<StoredRecord> before = vault.read(path);
        int known = before.map(StoredRecord::version).orElse(CredentialVault.ABSENT);
        Secret handle = generator.next();
        ConfirmationRows.Replaced replaced = rows.put(connection.id(), handle, issuedTo, known + 1);
        if (replaced == ConfirmationRows.Replaced.CLAIMED || !isWritten(path, credential, known)) {
            revocations.revokeUnstored(connection, credential, actor);
            throw Handshakes.stateInvalid();
        }
        // Without a wait, what lies there was confirmed and is the connection's own by now: it must live.
        if (replaced == ConfirmationRows.Replaced.ENDED) {
            before.map(StoredRecord::fields)
                    .map(CredentialCodec::decode)
                    .ifPresent(old -> revocations.revokeUnstored(connection, old, actor));
        }
        if (!lifecycle.awaitConfirmation(connection.id(), credential.scopes(), actor)) {
            if (rows.end(connection.id())) {
                dropStaged(connection, actor);
                rows.remove(connection.id(), () -> {});
            }
            throw Handshakes.stateInvalid();
        }
        return handle;
    }

    /**
     * Makes a staged credential the connection's own.
     *
     * @param confirmer who confirms; must be who asked for the link
     * @throws BrokerException {@code initiator_mismatch} for a wrong handle, a wrong confirmer, or too late; a third wrong
     *     handle ends the staged credential
     */
    Connection confirm(UUID id, Secret handle, String confirmer, Actor actor) {
        Optional<StoredRecord> staged = vault.read(VaultPath.staged(id));
        int version = staged.map(StoredRecord::version).orElse(CredentialVault.ABSENT);
        switch (rows.claim(id, handle, confirmer, version)) {
            case Verdict.Right right ->
                adopt(id, CredentialCodec.decode(staged.orElseThrow().fields()), handle, right.until(), actor);
            case Verdict.Wrong wrong -> throw mismatch();
            case Verdict.Exhausted exhausted -> {
                drop(id, "wrong_handle", actor);
                throw mismatch();
            }
        }
        return connections.find(id).orElseThrow(BrokerException::notFound);
    }

    /** Finishes what a confirmer has left unfinished, and ends every staged credential whose time is up. */
    void sweep(Actor actor) {
        for (ConfirmationRows.Expired wait : rows.expired()) {
            try {
                if (wait.confirmed()) {
                    finish(wait, actor);
                } else {
                    drop(wait.connection(), "confirmation_expired", actor);
                }
            } catch (VersionConflictException | RuntimeException e) {
                LOG.infof(e, "the confirmation of connection %s is tried again later", wait.connection());
            }
        }
    }

    private void adopt(UUID id, Credential credential, Secret handle, Instant until, Actor actor) {
        OptionalInt version;
        try {
            version = store(id, credential, OptionalInt.empty());
        } catch (VersionConflictException e) {
            rows.miss(id);
            rows.release(id, handle, until);
            throw new BrokerException(ProblemType.CONFLICT, "The connection is being changed right now.", e);
        } catch (BrokerException e) {
            rows.release(id, handle, until); // unless it may have been written: then the sweep finds that out
            throw e;
        }
        if (version.isPresent() && !settle(id, credential, version.getAsInt(), actor)) {
            throw mismatch();
        }
    }

    /**
     * Does what a confirmer has begun and not ended: its handle was right, and from then on nothing may end its credential,
     * which may be the connection's own by now.
     */
    private void finish(ConfirmationRows.Expired wait, Actor actor) throws VersionConflictException {
        UUID id = wait.connection();
        Optional<Credential> staged = vault.read(VaultPath.staged(id), wait.stagedVersion())
                .map(StoredRecord::fields)
                .map(CredentialCodec::decode);
        if (staged.isEmpty()) {
            removed(id, "confirmation_expired", actor); // disconnected meanwhile: there is nothing left to adopt
            return;
        }
        OptionalInt version = store(id, staged.get(), wait.ownVersion());
        if (version.isPresent()) {
            settle(id, staged.get(), version.getAsInt(), actor);
        }
    }

    /**
     * Stores a credential as the connection's own, unless that was done, and returns its version; empty if somebody else has
     * settled the wait. That is asked after the version was read: what is settled later has written another one.
     *
     * @param tried the version that an earlier attempt was to write
     */
    private OptionalInt store(UUID id, Credential credential, OptionalInt tried) throws VersionConflictException {
        VaultPath path = VaultPath.connection(id);
        SecretFields fields = CredentialCodec.encode(credential);
        Optional<StoredRecord> current = vault.read(path);
        int known = current.map(StoredRecord::version).orElse(CredentialVault.ABSENT);
        if (current.filter(stored -> stored.fields().equals(fields)).isPresent()) {
            return OptionalInt.of(known);
        }
        if (tried.isPresent() && known > tried.getAsInt()) {
            return tried; // it was stored, and renewed since
        }
        return rows.aim(id, known + 1) ? OptionalInt.of(vault.write(path, fields, known)) : OptionalInt.empty();
    }

    /** False if the connection was revoked meanwhile: disconnect wins (R9). */
    private boolean settle(UUID id, Credential credential, int version, Actor actor) {
        NewCredential state = plan.credentialState(credential, version);
        ConfirmationRows.Settled settled = rows.settle(id, () -> lifecycle.activate(id, state, actor));
        switch (settled) {
            case ACTIVE -> vault.destroy(VaultPath.staged(id));
            case REFUSED -> {
                Connection ended = connections.find(id).orElseThrow(BrokerException::notFound);
                revocations.revoke(ended, credential, VaultPath.connection(id), actor);
                vault.destroy(VaultPath.staged(id));
                rows.remove(id, () -> {});
            }
            case ALREADY -> {}
        }
        return settled != ConfirmationRows.Settled.REFUSED;
    }

    private void drop(UUID id, String reason, Actor actor) {
        if (rows.end(id)) {
            connections.find(id).ifPresent(connection -> dropStaged(connection, actor));
            removed(id, reason, actor);
        }
    }

    private void removed(UUID id, String reason, Actor actor) {
        rows.remove(id, () -> lifecycle.abandon(id, reason, AuditAction.CONFIRMATION_FAILED, actor));
    }

    private void dropStaged(Connection connection, Actor actor) {
        VaultPath path = VaultPath.staged(connection.id());
        Optional<StoredRecord> staged = vault.read(path);
        staged.ifPresent(
                stored -> revocations.revoke(connection, CredentialCodec.decode(stored.fields()), path, actor));
    }

    private boolean isWritten(VaultPath path, Credential credential, int expected) {
        try {
            vault.write(path, CredentialCodec.encode(credential), expected);
            return true;
        } catch (VersionConflictException e) {
            return false;
        }
    }

    private static BrokerException mismatch() {
        return new BrokerException(
                ProblemType.INITIATOR_MISMATCH, "The handle is wrong, has ended, or belongs to somebody else.");
    }
}
