package dev.latchkey.handshake;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionLifecycle;
import dev.latchkey.connection.ConnectionStatus;
import dev.latchkey.connection.Connections;
import dev.latchkey.connection.PartnerSide;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Connects where no browser is needed, and disconnects whatever is connected. Thread-safe. */
@ApplicationScoped
class PartnerConnector implements PartnerSide {

    private static final Logger LOG = Logger.getLogger(PartnerConnector.class);

    private final Connections connections;
    private final ConnectionLifecycle lifecycle;
    private final Handshakes handshakes;
    private final Imports imports;
    private final Revocations revocations;
    private final RefreshPlan plan;
    private final CredentialVault vault;
    private final SecretGenerator generator;

    PartnerConnector(
            Connections connections,
            ConnectionLifecycle lifecycle,
            Handshakes handshakes,
            Imports imports,
            Revocations revocations,
            RefreshPlan plan,
            CredentialVault vault,
            SecretGenerator generator) {
        this.connections = connections;
        this.lifecycle = lifecycle;
        this.handshakes = handshakes;
        this.imports = imports;
        this.revocations = revocations;
        this.plan = plan;
        this.vault = vault;
        this.generator = generator;
    }

    @Override
    public void bring(UUID connection, Partner partner, Scopes scopes, Map<String, Secret> given) {
        imports.keep(connection, partner, scopes, given);
    }

    @Override
    public void dropBrought(UUID connection) {
        imports.drop(connection);
        lifecycle.importDropped(connection);
    }

    @Override
    public void connect(UUID id, Actor actor) {
        Optional<Connection> approved =
                connections.find(id).filter(connection -> connection.status() == ConnectionStatus.APPROVED);
        if (approved.isEmpty()) {
            return;
        }
        try {
            finish(approved.get(), actor);
        } catch (BrokerException e) {
            LOG.infof(e, "connection %s is tried again later", id);
            lifecycle.abandon(id, e.type().code(), AuditAction.HANDSHAKE_FAILED, actor);
        }
    }

    private void finish(Connection connection, Actor actor) {
        Optional<Credential> won = connection.imported() ? imports.waiting(connection.id()) : fetched(connection);
        if (won.isEmpty()) {
            return;
        }
        Credential credential = won.get();
        int version = store(connection.id(), credential);
        if (!lifecycle.activate(connection.id(), plan.credentialState(credential, version), actor)) {
            revocations.revoke(connection, credential, VaultPath.connection(connection.id()), actor);
        }
        if (connection.imported()) {
            dropBrought(connection.id());
        }
    }

    private Optional<Credential> fetched(Connection connection) {
        Partner partner = handshakes.partner(connection.partner());
        HandshakeContext context = handshakes.context(partner, connection.scopes());
        HandshakeStep step = handshakes.of(partner).begin(context, generator.next());
        return step instanceof HandshakeStep.Finished finished ? Optional.of(finished.credential()) : Optional.empty();
    }

    private int store(UUID id, Credential credential) {
        VaultPath path = VaultPath.connection(id);
        int current = vault.read(path).map(StoredRecord::version).orElse(CredentialVault.ABSENT);
        try {
            return vault.write(path, CredentialCodec.encode(credential), current);
        } catch (VersionConflictException e) {
            throw new BrokerException(
                    dev.latchkey.problem.ProblemType.CONFLICT, "The connection is being changed right now.", e);
        }
    }

    @Override
    public boolean disconnect(Connection connection, Actor actor) {
        // What was never used is not ended at the partner: whoever brought it may still use it.
        dropBrought(connection.id());
        boolean staged = end(connection, VaultPath.staged(connection.id()), actor);
        boolean current = end(connection, VaultPath.connection(connection.id()), actor);
        lifecycle.forgotten(connection.id());
        return staged && current;
    }

    private boolean end(Connection connection, VaultPath path, Actor actor) {
        return vault.read(path)
                .map(stored -> revocations.revoke(connection, CredentialCodec.decode(stored.fields()), path, actor))
                .orElse(true);
    }
}
