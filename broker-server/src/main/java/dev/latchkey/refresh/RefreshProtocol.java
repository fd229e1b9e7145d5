package dev.latchkey.refresh;

import dev.latchkey.audit.Actor;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.connection.Connection;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Renews one credential, in the order of docs/refresh-protocol: lease, read, prove writable, intent, send once, read the
 * answer, store, note, hand out. Nothing is handed out before it is stored; nothing is spent that could not be stored.
 * Before anything is sent, what an earlier owner left open is settled. Thread-safe; one renewal of a connection at a time
 * by the lease.
 */
@ApplicationScoped
class RefreshProtocol {

    private static final Logger LOG = Logger.getLogger(RefreshProtocol.class);

    private final Turns turns;
    private final LeaseRows leases;
    private final IntentRows intents;
    private final Handshakes handshakes;
    private final CredentialVault vault;
    private final JournalDrain drain;
    private final Safekeeping safekeeping;
    private final Aftermath aftermath;
    private final KillPoints points;

    RefreshProtocol(
            Turns turns,
            LeaseRows leases,
            IntentRows intents,
            Handshakes handshakes,
            CredentialVault vault,
            JournalDrain drain,
            Safekeeping safekeeping,
            Aftermath aftermath,
            KillPoints points) {
        this.turns = turns;
        this.leases = leases;
        this.intents = intents;
        this.handshakes = handshakes;
        this.vault = vault;
        this.drain = drain;
        this.safekeeping = safekeeping;
        this.aftermath = aftermath;
        this.points = points;
    }

    /**
     * Renews the credential of an active connection, or takes what another owner has stored meanwhile.
     *
     * @param enough says of what the vault holds whether it makes a renewal needless
     * @throws BrokerException what a waiting caller is told; {@code needs_reauth} only after a definitive answer
     */
    HeldToken renew(UUID id, Predicate<HeldToken> enough, Actor actor) {
        // 1. Lease: who holds it may send.
        try (Turns.Turn turn = turns.await(id)) {
            return renewOrRelease(turn, enough, actor);
        }
    }

    /**
     * Releases the lease at once if the renewal fails. A completed renewal has already released it when its result was
     * recorded.
     */
    private HeldToken renewOrRelease(Turns.Turn turn, Predicate<HeldToken> enough, Actor actor) {
        try {
            points.at(KillPoint.K1, turn.connection().id());
            return renewUnder(
                    new Step(turn, handshakes.partner(turn.connection().partner()), actor), enough);
        } catch (RuntimeException | Error e) {
            leases.release(turn.lease());
            throw e;
        }
    }

    private HeldToken renewUnder(Step step, Predicate<HeldToken> enough) {
        drain.intoVault(step);
        // 2. Read: the vault's version is the truth about which refresh token is the newest; an older one is never
        // used.
        StoredRecord stored = read(step);
        points.at(KillPoint.K2, step.connection().id());
        HeldToken found = held(
                CredentialCodec.decode(stored.fields()),
                stored.version(),
                step.turn().servedMeanwhile());
        return settled(step, found, enough).orElseGet(() -> spend(step, found));
    }

    /** What concerns one renewal. */
    record Step(Turns.Turn turn, Partner partner, Actor actor) {

        Connection connection() {
            return turn.connection();
        }

        LeaseRows.Lease lease() {
            return turn.lease();
        }
    }

    /** What makes sending needless or wrong: an earlier renewal that was left open, or one that others have finished. */
    private Optional<HeldToken> settled(Step step, HeldToken found, Predicate<HeldToken> enough) {
        Recovery.Finding finding = Recovery.judge(
                step.turn().open(),
                found.credential(),
                step.partner().profile().refresh(),
                step.lease().accessTokenLives());
        return switch (finding) {
            case STORED -> Optional.of(note(step, found.credential(), found.kvVersion()));
            case WAIT -> throw aftermath.ambiguous(step);
            case SEND_AGAIN -> Optional.empty();
            case NOTHING_OPEN ->
                Optional.of(found).filter(it -> it.renewed() || enough.test(it)).map(it -> takenAsFound(step, it));
        };
    }

    /**
     * The token was found in the vault, this renewal stored none. Nothing is recorded, unless PostgreSQL knows another one: it
     * may have been restored from an older backup, and would ask for the renewal of what it knows for ever.
     */
    private HeldToken takenAsFound(Step step, HeldToken found) {
        boolean known = found.kvVersion() <= step.lease().kvVersion()
                || found.endsAt(step.lease().tokenExpiresAt());
        return known ? unspent(step, found) : note(step, found.credential(), found.kvVersion());
    }

    /** Releases the lease without recording anything. */
    private HeldToken unspent(Step step, HeldToken token) {
        leases.release(step.lease());
        return token;
    }

    private HeldToken spend(Step step, HeldToken found) {
        Credential current = found.credential();
        UUID id = step.connection().id();
        Refreshable protocol = handshakes
                .refreshable(step.partner())
                .filter(candidate -> candidate.canRenew(current))
                .orElseThrow(() -> aftermath.notRenewable(step, found));
        turns.refuseWhileSpared(step.partner());
        HandshakeContext context = context(step);
        // 3. Prove that the vault can be written, by rewriting what is there (R21).
        int proven = proveWritable(step, found);
        points.at(KillPoint.K3, id);
        // 4. Intent: from here on a crash leaves a trace.
        announce(step, current, proven);
        points.at(KillPoint.K4, id);
        step.turn().share().giveBack();
        // 5. Send once. 6. Read the answer whole.
        Renewal answer = send(protocol, context, current);
        Timer.Sample window = safekeeping.openWindow();
        points.at(KillPoint.K9, id);
        return switch (answer) {
            case Renewal.Renewed renewed -> keep(step, current, renewed.credential(), proven, window);
            case Renewal.Refused refused -> refused(step, current, proven, refused.reason());
            case Renewal.ClientRefused clientRefused -> throw aftermath.clientRefused(step);
            case Renewal.TryLater later -> throw aftermath.failed(step, current, later);
        };
    }

    /** A credential that was sent before is announced only while its partner's grace lasts: this may have taken long. */
    private void announce(Step step, Credential current, int proven) {
        RefreshSemantics semantics = step.partner().profile().refresh();
        boolean lives = step.lease().accessTokenLives();
        Optional<Duration> within = Recovery.replayedWithin(step.turn().open(), current, semantics, lives);
        if (intents.announce(step.lease(), Spent.sha256(current), proven, leases.length(), within)) {
            return;
        }
        boolean tooLate = within.isPresent()
                && leases.isNewest(step.lease())
                && Recovery.judge(intents.open(step.connection().id()), current, semantics, lives)
                        == Recovery.Finding.WAIT;
        throw tooLate ? aftermath.ambiguous(step) : inProgress();
    }

    private HandshakeContext context(Step step) {
        try {
            return handshakes.context(step.partner(), step.connection().scopes());
        } catch (BrokerException e) {
            aftermath.unprepared(step, e);
            throw e;
        }
    }

    /**
     * Whatever goes wrong in a protocol after it was asked to send may have gone wrong after sending, unless it says that
     * what is registered does not allow to send anything.
     */
    private static Renewal send(Refreshable protocol, HandshakeContext context, Credential current) {
        try {
            return protocol.renew(context, current);
        } catch (RuntimeException e) {
            if (e instanceof BrokerException known && known.type() == ProblemType.PARTNER_MISCONFIGURED) {
                return new Renewal.TryLater(known, false);
            }
            LOG.error("a renewal failed unexpectedly after it may have been sent", e);
            BrokerException problem = e instanceof BrokerException known
                    ? known
                    : new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner's answer cannot be used.", e);
            return new Renewal.TryLater(problem, true);
        }
    }

    private HeldToken keep(Step step, Credential spent, Credential renewed, int proven, Timer.Sample window) {
        UUID id = step.connection().id();
        points.at(KillPoint.K10, id);
        // 7. Store before anything is handed out.
        return switch (safekeeping.keep(step.lease(), renewed, proven, window)) {
            case Safekeeping.Outcome.Stored stored -> {
                points.at(KillPoint.K11, id);
                HeldToken token = note(step, renewed, stored.version());
                aftermath.clientAccepted(step);
                points.at(KillPoint.K14, id);
                yield token;
            }
            case Safekeeping.Outcome.Journalled journalled ->
                throw unavailable("The renewed token waits for the vault.", null);
            case Safekeeping.Outcome.Superseded superseded -> throw aftermath.superseded(step, renewed, proven);
            case Safekeeping.Outcome.TooLarge tooLarge -> throw aftermath.failed(step, spent, tooLarge());
        };
    }

    private HeldToken note(Step step, Credential renewed, int version) {
        UUID id = step.connection().id();
        points.at(KillPoint.K12, id);
        // 8. Note it in PostgreSQL, with the audit row and the end of the lease.
        if (!aftermath.noted(step, renewed, version)) {
            throw aftermath.outlived(step, renewed, version);
        }
        points.at(KillPoint.K13, id);
        // 9. Hand out.
        return held(renewed, version, true);
    }

    /** Definitive, unless somebody newer has stored something since: then the answer was about the past (R11). */
    private HeldToken refused(Step step, Credential refused, int proven, String reason) {
        StoredRecord now = read(step);
        Credential current = CredentialCodec.decode(now.fields());
        if (now.version() > proven && !Spent.same(current, refused)) {
            return unspent(step, held(current, now.version(), true));
        }
        intents.done(step.lease());
        throw aftermath.broken(step, proven, reason);
    }

    private StoredRecord read(Step step) {
        return vault.read(
                        VaultPath.connection(step.connection().id()),
                        step.lease().kvVersion())
                .filter(record -> record.version() >= step.lease().kvVersion())
                .orElseThrow(() -> unavailable("The vault is behind what is known of it.", null));
    }

    /**
     * Not for an owner that stood still since step 1: it may have read what a later owner is sending, and to rewrite that
     * would make the later owner's answer look overtaken (R6). Who takes the lease after this check reads the vault after it,
     * so that one of both rewrites conflicts.
     */
    private int proveWritable(Step step, HeldToken found) {
        if (!leases.isNewest(step.lease())) {
            throw inProgress();
        }
        return rewrite(step, found.credential(), found.kvVersion());
    }

    private int rewrite(Step step, Credential credential, int expected) {
        try {
            VaultPath path = VaultPath.connection(step.connection().id());
            return vault.write(path, CredentialCodec.encode(credential), expected);
        } catch (VersionConflictException e) {
            throw unavailable("The vault holds another version than it said.", e);
        }
    }

    /** The partner has acted, and what it gave is lost: as if its answer could not be read (R44, R58). */
    private static Renewal.TryLater tooLarge() {
        return new Renewal.TryLater(
                new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner's tokens are too long."), true);
    }

    static HeldToken held(Credential credential, int version, boolean renewed) {
        if (credential instanceof Credential.ShortLived held) {
            return new HeldToken(held, version, renewed);
        }
        throw new BrokerException(ProblemType.WRONG_KIND, "This partner gives nothing that could be handed out.");
    }

    static BrokerException inProgress() {
        return new BrokerException(ProblemType.REFRESH_IN_PROGRESS, "The token is being renewed; ask again.");
    }

    static BrokerException needsReauth(String reason) {
        return new BrokerException(ProblemType.NEEDS_REAUTH, "The user has to connect again.").with("reason", reason);
    }

    private static BrokerException unavailable(String detail, @Nullable Throwable cause) {
        return new BrokerException(ProblemType.VAULT_UNAVAILABLE, detail, cause);
    }
}
