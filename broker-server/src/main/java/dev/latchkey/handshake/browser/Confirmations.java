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
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;

/**
 * The last step of a browser's handshake: a credential is staged, and only the one who asked for the link makes it
 * usable, from its own session (R71). Until then, and without it, nobody can use the credential. Thread-safe.
 */
@ApplicationScoped
class Confirmations {

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
            rows.remove(connection.id());
            dropStaged(connection, actor);
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
            case RIGHT -> adopt(id, CredentialCodec.decode(staged.orElseThrow().fields()), handle, actor);
            case WRONG -> throw mismatch();
            case EXHAUSTED -> {
                drop(id, "wrong_handle", actor);
                throw mismatch();
            }
        }
        return connections.find(id).orElseThrow(BrokerException::notFound);
    }

    /** Ends every staged credential whose time is up. */
    void dropExpired(Actor actor) {
        rows.expired().forEach(id -> drop(id, "confirmation_expired", actor));
    }

    private void adopt(UUID id, Credential credential, Secret handle, Actor actor) {
        NewCredential state = plan.credentialState(credential, store(id, credential, handle));
        if (!rows.settle(id, () -> lifecycle.activate(id, state, actor))) {
            // Revoked meanwhile: disconnect wins (R9).
            Connection ended = connections.find(id).orElseThrow(BrokerException::notFound);
            revocations.revoke(ended, credential, VaultPath.connection(id), actor);
            vault.destroy(VaultPath.staged(id));
            throw mismatch();
        }
        vault.destroy(VaultPath.staged(id));
    }

    private int store(UUID id, Credential credential, Secret handle) {
        VaultPath path = VaultPath.connection(id);
        try {
            int current = vault.read(path).map(StoredRecord::version).orElse(CredentialVault.ABSENT);
            return vault.write(path, CredentialCodec.encode(credential), current);
        } catch (VersionConflictException e) {
            rows.release(id, handle);
            throw new BrokerException(ProblemType.CONFLICT, "The connection is being changed right now.", e);
        } catch (BrokerException e) {
            rows.release(id, handle);
            throw e;
        }
    }

    private void drop(UUID id, String reason, Actor actor) {
        if (rows.remove(id)) {
            connections.find(id).ifPresent(connection -> dropStaged(connection, actor));
            lifecycle.abandon(id, reason, AuditAction.CONFIRMATION_FAILED, actor);
        }
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
