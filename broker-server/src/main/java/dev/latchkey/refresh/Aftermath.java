package dev.latchkey.refresh;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionLifecycle;
import dev.latchkey.connection.Connections;
import dev.latchkey.handshake.RefreshPlan;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.handshake.Revocations;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.VaultPath;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What follows from the outcomes of a renewal, for the connection, its partner and who waits. Thread-safe. */
@ApplicationScoped
class Aftermath {

    /** With less life than this a token is not served from memory, so there is nothing to wait for. */
    private static final int NEAR_ITS_END = (int) AccessTokens.LEAST_LIFE.toSeconds();

    private static final Set<ProblemType> OF_THE_PARTNER = EnumSet.of(
            ProblemType.PARTNER_UNAVAILABLE,
            ProblemType.PARTNER_BAD_RESPONSE,
            ProblemType.PARTNER_TIMEOUT,
            ProblemType.PARTNER_TLS);

    private static final Duration CLIENT_REFUSED = Duration.ofSeconds(30);
    /** Within a grace of maybe ten seconds the usual pause would be too long. */
    private static final Duration WITHIN_GRACE = Duration.ofSeconds(1);
    /** What could not be sent once more is tried again after this part of what is left of the grace. */
    private static final int TRIES_IN_GRACE = 8;

    private final LeaseRows leases;
    private final RetryRows retries;
    private final IntentRows intents;
    private final Connections connections;
    private final ConnectionLifecycle lifecycle;
    private final Partners partners;
    private final Revocations revocations;
    private final RefreshPlan plan;
    private final AuditLog audit;

    Aftermath(
            LeaseRows leases,
            RetryRows retries,
            IntentRows intents,
            Connections connections,
            ConnectionLifecycle lifecycle,
            Partners partners,
            Revocations revocations,
            RefreshPlan plan,
            AuditLog audit) {
        this.leases = leases;
        this.retries = retries;
        this.intents = intents;
        this.connections = connections;
        this.lifecycle = lifecycle;
        this.partners = partners;
        this.revocations = revocations;
        this.plan = plan;
        this.audit = audit;
    }

    /**
     * Step 8: records in PostgreSQL the credential that the vault now holds. Returns false if the connection has ended or
     * has a newer credential.
     */
    boolean noted(RefreshProtocol.Step step, Credential stored, int version) {
        return leases.noteStored(step.lease(), plan.credentialState(stored, version), step.actor());
    }

    /** Stored, but nobody may have it: the connection has ended meanwhile, which is final (R9), or was connected anew. */
    BrokerException outlived(RefreshProtocol.Step step, Credential stored, int version) {
        Connection now = now(step);
        if (now.status().isFinal()) {
            revocations.revoke(now, stored, VaultPath.connection(now.id()), step.actor());
        } else if (leases.isOfOlderGrant(now.id(), version)) {
            revocations.revokeUnstored(now, stored, step.actor());
        }
        return changed();
    }

    /**
     * Not stored, because somebody newer was there. What a disconnect or a reconnect has overtaken is ended at the partner
     * (R9, R10). What a later owner of the lease has overtaken is left to expire: it may be of the same family, and
     * revoking it would end what that owner has stored (R6).
     *
     * @param proven the version that the renewal would have replaced
     */
    BrokerException superseded(RefreshProtocol.Step step, Credential renewed, int proven) {
        audit.append(event(step, AuditAction.LEASE_LOST).failed("superseded"));
        intents.done(step.lease());
        if (now(step).status().isFinal()
                || leases.isNewest(step.lease())
                || leases.isOfOlderGrant(step.connection().id(), proven)) {
            revocations.revokeUnstored(step.connection(), renewed, step.actor());
        }
        return changed();
    }

    /** The protocol has no way to renew it: the access token is served to its end, and then the user has to connect again. */
    BrokerException notRenewable(RefreshProtocol.Step step, HeldToken found) {
        if (retries.dueAtExpiry(step.lease(), found.kvVersion(), NEAR_ITS_END)) {
            return new BrokerException(
                    ProblemType.CANNOT_SATISFY_MIN_TTL, "The token lives on, but the partner offers no renewal.");
        }
        return broken(step, found.kvVersion(), "no_refresh_token");
    }

    /**
     * The user has to connect again, unless the connection has something newer by now (R11).
     *
     * @param version what was refused
     */
    BrokerException broken(RefreshProtocol.Step step, int version, String reason) {
        return lifecycle.needsReauth(step.connection().id(), version, reason, step.actor())
                ? RefreshProtocol.needsReauth(reason)
                : changed();
    }

    /** Nothing was announced, let alone sent. A partner whose metadata cannot be had is not asked again at once (R58). */
    void unprepared(RefreshProtocol.Step step, BrokerException problem) {
        if (OF_THE_PARTNER.contains(problem.type())) {
            retries.postpone(step.lease(), problem.retryAfter().orElse(Duration.ofSeconds(1)));
        }
    }

    /** The partner takes our client again (R59). */
    void clientAccepted(RefreshProtocol.Step step) {
        if (step.partner().misconfigured()) {
            partners.markMisconfigured(step.partner().id(), false);
        }
    }

    /** The partner refuses our client, which says nothing about the connection (R59). */
    BrokerException clientRefused(RefreshProtocol.Step step) {
        step.turn().share().takeSoon();
        QuarkusTransaction.joiningExisting().run(() -> {
            leases.lock(step.lease());
            intents.cleared(step.lease());
            retries.postpone(step.lease(), CLIENT_REFUSED);
            audit.append(event(step, AuditAction.REFRESH_FAILED).failed("invalid_client"));
        });
        partners.markMisconfigured(step.partner().id(), true);
        return new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "The partner refuses our client.")
                .retryAfter(CLIENT_REFUSED);
    }

    /** Nothing definitive: not sent, or not handled, or nobody knows (R25, R26). */
    BrokerException failed(RefreshProtocol.Step step, Credential current, Renewal.TryLater later) {
        step.turn().share().takeSoon(); // all calls of a partner may have failed at this moment
        // one commit: nobody finds the intent settled without the pause, or either without the audit row
        QuarkusTransaction.joiningExisting().run(() -> {
            leases.lock(step.lease());
            if (PartnerCallException.isHeldBack(later.problem())) {
                heldBack(step, later.problem());
            } else {
                tried(step, current, later);
            }
        });
        if (later.problem().type() == ProblemType.PARTNER_MISCONFIGURED) {
            partners.markMisconfigured(step.partner().id(), true);
        }
        return later.problem();
    }

    private void tried(RefreshProtocol.Step step, Credential current, Renewal.TryLater later) {
        audit.append(event(step, AuditAction.REFRESH_FAILED)
                .failed(later.problem().type().code())
                .detail("sent", later.sent()));
        if (!later.sent()) {
            intents.cleared(step.lease());
        }
        Duration pause = later.problem().retryAfter().orElse(Duration.ofSeconds(1));
        Optional<IntentRows.Intent> open = intents.open(step.connection().id());
        RefreshSemantics semantics = step.partner().profile().refresh();
        Optional<Duration> grace = Recovery.graceLeft(open, current, semantics);
        if (grace.isPresent()) {
            retries.dueNow(step.lease());
            Duration part = grace.get().dividedBy(TRIES_IN_GRACE);
            retries.retryAfter(step.lease(), later.sent() ? WITHIN_GRACE : longer(pause, part));
        } else if (Recovery.judge(open, current, semantics, step.lease().accessTokenLives()) == Recovery.Finding.WAIT) {
            ambiguous(step);
        } else {
            retries.postpone(step.lease(), pause);
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** The partner was spared, so there is nothing to write down but that nothing was sent. */
    private void heldBack(RefreshProtocol.Step step, BrokerException problem) {
        intents.cleared(step.lease());
        retries.holdBack(step.lease(), problem.retryAfter().orElse(Duration.ofSeconds(1)));
    }

    /** Nobody knows whether the token is spent: the access token is served to its end, and then it is sent once more. */
    BrokerException ambiguous(RefreshProtocol.Step step) {
        LeaseRows.Lease lease = step.lease();
        lifecycle.refreshAmbiguous(lease.connection(), lease.kvVersion(), step.actor());
        retries.dueAtExpiry(lease, lease.kvVersion(), 0);
        return new BrokerException(
                ProblemType.OUTCOME_UNKNOWN, "The partner's answer was lost; the token is renewed when it ends.");
    }

    private Connection now(RefreshProtocol.Step step) {
        return connections.find(step.connection().id()).orElse(step.connection());
    }

    static BrokerException changed() {
        return new BrokerException(ProblemType.CONFLICT, "The connection changed meanwhile.");
    }

    static AuditEvent event(RefreshProtocol.Step step, AuditAction action) {
        return AuditEvent.of(step.actor(), action)
                .connection(step.connection().id())
                .partner(step.partner().id());
    }
}
