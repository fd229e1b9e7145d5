package dev.latchkey.refresh;

import dev.latchkey.connection.Connections;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.protection.Protection;
import dev.latchkey.vault.CredentialVault;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.security.SecureRandom;
import java.time.Clock;

/**
 * Makes further replicas in the process of a test: each with renewals, a cache and kill points of its own, on the broker's
 * database and vault. They share the name of the lease's owner, which only says less than the epoch does.
 */
@ApplicationScoped
class ReplicaParts {

    @Inject
    RefreshJournal journal;

    @Inject
    Connections connections;

    @Inject
    SecureRandom random;

    @Inject
    LeaseRows leases;

    @Inject
    DueRows due;

    @Inject
    IntentRows intents;

    @Inject
    Handshakes handshakes;

    @Inject
    RetryRows retries;

    @Inject
    JournalDrain drain;

    @Inject
    CredentialVault vault;

    @Inject
    Safekeeping safekeeping;

    @Inject
    Aftermath aftermath;

    @Inject
    RefreshConfig config;

    @Inject
    MeterRegistry meters;

    @Inject
    OutboundConfig outbound;

    @Inject
    Protection protection;

    /** A replica that has just started; its cache goes by that clock. */
    Replica start(Clock clock) {
        ArmedPoints points = new ArmedPoints();
        Turns turns = new Turns(
                new StoreShares(config),
                leases,
                retries,
                intents,
                journal,
                connections,
                handshakes,
                protection,
                random);
        RefreshProtocol protocol =
                new RefreshProtocol(turns, leases, intents, handshakes, vault, drain, safekeeping, aftermath, points);
        Renewals renewals = new Renewals(protocol, meters, outbound);
        return new Replica(
                renewals,
                new AccessTokens(renewals, leases, vault, clock, config),
                new RefreshAheadJob(due, new AheadLane(renewals, handshakes, protection, config), config),
                points);
    }

    /** A replica. */
    record Replica(Renewals renewals, AccessTokens tokens, RefreshAheadJob ahead, ArmedPoints points) {}
}
