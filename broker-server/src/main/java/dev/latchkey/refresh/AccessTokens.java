package dev.latchkey.refresh;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.audit.Actor;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionEnded;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Access tokens that live long enough: from memory, else from the vault, else from one renewal that all callers share.
 * Thread-safe.
 */
@ApplicationScoped
public class AccessTokens {

    /** A token with less life than this is never served from a cache (R16). */
    public static final Duration LEAST_LIFE = Duration.ofSeconds(30);

    private static final int MOST_HELD = 100_000;
    /** What nobody asks for does not stay in memory (R154). */
    private static final Duration IDLE = Duration.ofMinutes(10);
    /** A renewal that brought no longer life, or that the partner refused as well, is not repeated for each caller. */
    private static final Duration RENEWED_JUST_NOW = Duration.ofSeconds(30);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final int MOST_LOOKS = 100;

    private final Renewals renewals;
    private final LeaseRows leases;
    private final CredentialVault vault;
    private final Clock clock;
    private final Cache<UUID, HeldToken> held;

    AccessTokens(Renewals renewals, LeaseRows leases, CredentialVault vault, Clock clock, RefreshConfig config) {
        this.renewals = renewals;
        this.leases = leases;
        this.vault = vault;
        this.clock = clock;
        this.held = Caffeine.newBuilder()
                .maximumSize(config.holdTokens() ? MOST_HELD : 0)
                .expireAfterAccess(IDLE)
                .executor(Runnable::run)
                .build();
    }

    /**
     * A token of an active connection that lives for at least {@code minTtl}, or the partner's fresh one where that is
     * shorter than {@link #LEAST_LIFE} and nothing longer was asked for (R14).
     *
     * @throws BrokerException {@code cannot_satisfy_min_ttl} if even a fresh one is too short, whichever process renewed it; {@code
     *     refresh_in_progress} if the renewal takes longer than 10 s; what the renewal ended with
     */
    public HeldToken get(Connection connection, Duration minTtl, Actor actor) {
        Duration needed = minTtl.compareTo(LEAST_LIFE) > 0 ? minTtl : LEAST_LIFE;
        Optional<HeldToken> known = current(connection);
        if (known.isPresent() && lives(known.get(), needed)) {
            return known.get();
        }
        if (known.isPresent() && lives(known.get(), LEAST_LIFE) && wasRenewedJustNow(connection, known.get())) {
            throw cannotSatisfy();
        }
        HeldToken fresh = renewed(connection, known, needed, minTtl, actor);
        if (lives(fresh, LEAST_LIFE)) {
            held.put(connection.id(), fresh);
        }
        if (!lives(fresh, needed) && minTtl.compareTo(fresh.remaining(clock.instant())) > 0) {
            throw cannotSatisfy();
        }
        return fresh;
    }

    /**
     * Waits for one renewal. Waits for a second one if the first, which other callers may have started, only found a newer
     * token that does not live long enough, or returned one older than the version PostgreSQL knows (R15), or
     * found what an earlier owner had stored a while ago.
     */
    private HeldToken renewed(
            Connection connection, Optional<HeldToken> known, Duration needed, Duration minTtl, Actor actor) {
        Renewals.Patience patience = Renewals.Patience.begin();
        try {
            HeldToken first = renewals.await(connection.id(), found -> isNewAndLives(found, known), actor, patience);
            boolean older = first.kvVersion() < connection.credential().kvVersion();
            return !older && (lives(first, needed) || isFresh(connection, first))
                    ? first
                    : renewals.await(
                            connection.id(), found -> isNewAndLives(found, Optional.of(first)), actor, patience);
        } catch (BrokerException e) {
            // While nobody knows whether the refresh token is spent, the old access token is what there is.
            return known.filter(token -> e.type() == ProblemType.OUTCOME_UNKNOWN && livesFor(token, minTtl))
                    .orElseThrow(() -> e);
        }
    }

    private boolean isNewAndLives(HeldToken found, Optional<HeldToken> known) {
        return lives(found, LEAST_LIFE) && known.filter(found::isSameAs).isEmpty();
    }

    private boolean livesFor(HeldToken token, Duration minTtl) {
        Duration left = token.remaining(clock.instant());
        return left.isPositive() && left.compareTo(minTtl) >= 0;
    }

    /**
     * Returns a credential for one retry after the partner answered 401 to an unexpired one: the one that another caller
     * has renewed meanwhile, or else the result of one renewal that all refused callers share, across processes (R105,
     * R111).
     *
     * @param refused what {@link #get} gave
     * @return empty if nothing else can be had now, so that the refusal stands: there is no renewal, or the refused one is
     *     fresh from a renewal itself, in whatever process (R58)
     * @throws BrokerException what the renewal ended with
     */
    public Optional<HeldToken> renewAfterRefusal(Connection connection, HeldToken refused, Actor actor) {
        HeldToken known = held.getIfPresent(connection.id());
        if (known != null && known.kvVersion() > refused.kvVersion() && !known.isSameAs(refused)) {
            return Optional.of(known);
        }
        if (wasRenewedJustNow(connection, refused)) {
            return Optional.empty();
        }
        Optional<HeldToken> fresh = renewedInsteadOf(refused, connection, actor);
        fresh.ifPresent(token -> held.put(connection.id(), token));
        return fresh;
    }

    /** While another process has the right to renew, it is waited for: what it stores is as good. */
    private Optional<HeldToken> renewedInsteadOf(HeldToken refused, Connection connection, Actor actor) {
        Renewals.Patience patience = Renewals.Patience.begin();
        for (int attempt = 1; ; attempt++) {
            try {
                HeldToken found = renewals.await(connection.id(), it -> !it.isSameAs(refused), actor, patience);
                // A renewal that ran already, because of an older one, may have found just this one.
                if (!found.isSameAs(refused) || attempt == MOST_LOOKS) {
                    return Optional.of(found).filter(it -> !it.isSameAs(refused));
                }
            } catch (BrokerException e) {
                if (e.type() == ProblemType.CANNOT_SATISFY_MIN_TTL) {
                    return Optional.empty();
                }
                boolean wait = e.type() == ProblemType.REFRESH_IN_PROGRESS && attempt < MOST_LOOKS;
                if (!wait || patience.isOver()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    void forget(@Observes(during = TransactionPhase.AFTER_SUCCESS) ConnectionEnded ended) {
        held.invalidate(ended.id());
    }

    /** What is held, if it is not older than what PostgreSQL knows; else what the vault has. */
    private Optional<HeldToken> current(Connection connection) {
        HeldToken known = held.getIfPresent(connection.id());
        if (known != null && known.kvVersion() >= connection.credential().kvVersion()) {
            return Optional.of(known);
        }
        boolean worthReading = connection
                .credential()
                .expiresAt()
                .filter(end -> end.isAfter(clock.instant()))
                .isPresent();
        return worthReading ? fromVault(connection) : Optional.empty();
    }

    private Optional<HeldToken> fromVault(Connection connection) {
        Optional<HeldToken> read = vault.read(
                        VaultPath.connection(connection.id()),
                        connection.credential().kvVersion())
                .filter(stored -> stored.version() >= connection.credential().kvVersion())
                .map(stored -> RefreshProtocol.held(CredentialCodec.decode(stored.fields()), stored.version(), false));
        read.ifPresent(token -> held.put(connection.id(), token));
        return read;
    }

    private boolean lives(HeldToken token, Duration needed) {
        return token.remaining(clock.instant()).compareTo(needed) >= 0;
    }

    /** A token from the vault with less life than {@link #LEAST_LIFE} is not: others may have it already (R16). */
    private boolean isFresh(Connection connection, HeldToken token) {
        return (token.renewed() || lives(token, LEAST_LIFE)) && wasRenewedJustNow(connection, token);
    }

    /** By this process, which remembers, or by another one, which has noted it. */
    private boolean wasRenewedJustNow(Connection connection, HeldToken token) {
        boolean young = token.credential().issuedAt().isAfter(clock.instant().minus(RENEWED_JUST_NOW));
        return young && (token.renewed() || leases.isRenewed(connection.id(), token.kvVersion()));
    }

    private static BrokerException cannotSatisfy() {
        return new BrokerException(
                ProblemType.CANNOT_SATISFY_MIN_TTL, "The partner's tokens do not live as long as min_ttl asks.");
    }
}
