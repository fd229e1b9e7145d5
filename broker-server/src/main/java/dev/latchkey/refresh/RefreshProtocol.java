package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionLifecycle;
import dev.latchkey.connection.Connections;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.handshake.RefreshPlan;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.handshake.Revocations;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Renews one credential, in the order of docs/refresh-protocol: lease, read, prove writable, intent, send once, store,
 * note, hand out. Nothing is handed out before it is stored; nothing is spent that could not be stored. Thread-safe; one
 * renewal of a connection at a time by the lease.
 */
@ApplicationScoped
class RefreshProtocol {

    private final LeaseRows leases;
    private final Connections connections;
    private final ConnectionLifecycle lifecycle;
    private final Handshakes handshakes;
    private final Partners partners;
    private final Revocations revocations;
    private final RefreshPlan plan;
    private final CredentialVault vault;
    private final AuditLog audit;

    RefreshProtocol(
            LeaseRows leases,
            Connections connections,
            ConnectionLifecycle lifecycle,
            Handshakes handshakes,
            Partners partners,
            Revocations revocations,
            RefreshPlan plan,
            CredentialVault vault,
            AuditLog audit) {
        this.leases = leases;
        this.connections = connections;
        this.lifecycle = lifecycle;
        this.handshakes = handshakes;
        this.partners = partners;
        this.revocations = revocations;
        this.plan = plan;
        this.vault = vault;
        this.audit = audit;
    }

    /**
     * Renews the credential of an active connection, or takes what another owner has stored meanwhile.
     *
     * @param notAccepted what the partner did not accept, if that is why it is renewed: once the vault holds another one,
     *     nothing is sent
     * @throws BrokerException what a waiting caller is told; {@code needs_reauth} only after a definitive answer
     */
    HeldToken renew(UUID id, Optional<HeldToken> notAccepted, Actor actor) {
        refuseWhilePaused(id);
        // 1. Lease: who holds it may send.
        LeaseRows.Lease lease = leases.take(id).orElseThrow(RefreshProtocol::inProgress);
        try {
            Connection connection = connections.find(id).orElseThrow(BrokerException::notFound);
            return renew(connection, notAccepted, lease, actor);
        } finally {
            leases.release(lease);
        }
    }

    private HeldToken renew(
            Connection connection, Optional<HeldToken> notAccepted, LeaseRows.Lease lease, Actor actor) {
        VaultPath path = VaultPath.connection(connection.id());
        // 2. Read: the vault's version is the truth about which refresh token is the newest; an older one is never
        // used.
        StoredRecord stored = vault.read(path)
                .filter(record -> record.version() >= lease.kvVersion())
                .orElseThrow(() -> unavailable("The vault is behind what is known of it.", null));
        Credential current = CredentialCodec.decode(stored.fields());
        if (notAccepted.isPresent()) {
            HeldToken found = held(current, stored.version(), false);
            if (!found.isSameAs(notAccepted.get())) {
                return found;
            }
        }
        Partner partner = handshakes.partner(connection.partner());
        Refreshable protocol = renewable(partner, current, connection, lease, actor);
        HandshakeContext context = handshakes.context(partner, connection.scopes());
        // 3. Prove that the vault can be written, by rewriting what is there (R21).
        int proven = write(path, current, stored.version());
        leases.noteVersion(lease, proven);
        // 4. Intent: from here on a crash leaves a trace.
        if (!leases.intend(lease, UUID.randomUUID(), digest(current), proven)) {
            throw inProgress();
        }
        // 5. and 6. Send once, read the answer whole.
        return switch (protocol.renew(context, current)) {
            case Renewal.Renewed renewed -> {
                partners.markMisconfigured(partner.id(), false);
                yield stored(connection, renewed.credential(), proven, lease, actor);
            }
            case Renewal.Refused refused -> throw refused(connection, refused.reason(), lease, actor);
            case Renewal.ClientRefused clientRefused -> throw clientRefused(connection, lease, actor);
            case Renewal.TryLater later -> throw failed(connection, later, lease, actor);
        };
    }

    private HeldToken stored(
            Connection connection, Credential renewed, int proven, LeaseRows.Lease lease, Actor actor) {
        int version;
        try {
            // 7. Store before anything is handed out.
            version = vault.write(VaultPath.connection(connection.id()), CredentialCodec.encode(renewed), proven);
        } catch (VersionConflictException e) {
            // Somebody newer won: a reconnect, or a disconnect, which is final (R9, R10).
            audit.append(event(connection, AuditAction.LEASE_LOST, actor).failed("superseded"));
            revocations.revokeUnstored(connection, renewed, actor);
            throw new BrokerException(ProblemType.CONFLICT, "The connection changed meanwhile.", e);
        }
        // 8. Note it in PostgreSQL, with the audit row.
        leases.settle(lease, "DONE");
        leases.succeeded(connection.id());
        if (!lifecycle.renewed(connection.id(), plan.credentialState(renewed, version), actor)) {
            revocations.revoke(connection, renewed, VaultPath.connection(connection.id()), actor);
            throw new BrokerException(ProblemType.CONFLICT, "The connection changed meanwhile.");
        }
        // 9. Publish.
        return held(renewed, version, true);
    }

    private Refreshable renewable(
            Partner partner, Credential current, Connection connection, LeaseRows.Lease lease, Actor actor) {
        Optional<Refreshable> protocol =
                handshakes.refreshable(partner).filter(candidate -> candidate.canRenew(current));
        if (protocol.isEmpty()) {
            if (leases.dueAtExpiry(lease)) {
                throw new BrokerException(
                        ProblemType.CANNOT_SATISFY_MIN_TTL, "The token lives on, but the partner offers no renewal.");
            }
            lifecycle.needsReauth(connection.id(), "no_refresh_token", actor);
            throw needsReauth("no_refresh_token");
        }
        return protocol.get();
    }

    private BrokerException refused(Connection connection, String reason, LeaseRows.Lease lease, Actor actor) {
        leases.settle(lease, "DONE");
        lifecycle.needsReauth(connection.id(), reason, actor);
        return needsReauth(reason);
    }

    private BrokerException clientRefused(Connection connection, LeaseRows.Lease lease, Actor actor) {
        leases.settle(lease, "CLEARED");
        leases.postpone(connection.id(), Duration.ofSeconds(30));
        partners.markMisconfigured(connection.partner(), true);
        audit.append(event(connection, AuditAction.REFRESH_FAILED, actor).failed("invalid_client"));
        return new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "The partner refuses our client.")
                .retryAfter(Duration.ofSeconds(30));
    }

    private BrokerException failed(Connection connection, Renewal.TryLater later, LeaseRows.Lease lease, Actor actor) {
        if (!later.sent()) {
            leases.settle(lease, "CLEARED");
        }
        Duration pause = later.problem().retryAfter().orElse(Duration.ofSeconds(1));
        leases.postpone(connection.id(), pause);
        audit.append(event(connection, AuditAction.REFRESH_FAILED, actor)
                .failed(later.problem().type().code())
                .detail("sent", later.sent()));
        return later.problem();
    }

    private void refuseWhilePaused(UUID id) {
        leases.pauseLeft(id).ifPresent(left -> {
            throw new BrokerException(ProblemType.PARTNER_UNAVAILABLE, "The partner could not be used just now.")
                    .retryAfter(left);
        });
    }

    private int write(VaultPath path, Credential credential, int expected) {
        try {
            return vault.write(path, CredentialCodec.encode(credential), expected);
        } catch (VersionConflictException e) {
            throw unavailable("The vault holds another version than it said.", e);
        }
    }

    static HeldToken held(Credential credential, int version, boolean renewed) {
        if (credential instanceof Credential.ShortLived held) {
            return new HeldToken(held, version, renewed);
        }
        throw new BrokerException(ProblemType.WRONG_KIND, "This partner gives nothing that could be handed out.");
    }

    /** Of what a renewal spends. */
    private static byte[] digest(Credential credential) {
        return switch (credential) {
            case Credential.OAuth2 tokens ->
                tokens.refreshToken().orElse(tokens.accessToken()).sha256();
            case Credential.Session session -> session.handle().sha256();
            case Credential.OAuth1 tokens -> tokens.token().sha256();
            case Credential.Registered registered -> new byte[0];
        };
    }

    private static AuditEvent event(Connection connection, AuditAction action, Actor actor) {
        return AuditEvent.of(actor, action).connection(connection.id()).partner(connection.partner());
    }

    static BrokerException inProgress() {
        return new BrokerException(ProblemType.REFRESH_IN_PROGRESS, "The token is being renewed; ask again.");
    }

    static BrokerException needsReauth(String reason) {
        return new BrokerException(ProblemType.NEEDS_REAUTH, "The user has to connect again.").with("reason", reason);
    }

    private static BrokerException unavailable(String detail, @org.jspecify.annotations.Nullable Throwable cause) {
        return new BrokerException(ProblemType.VAULT_UNAVAILABLE, detail, cause);
    }
}
