package dev.latchkey.handshake.browser;

import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One-time links and states, each bound to one browser (R69, R70). Values that work for any bearer are stored as digests
 * only. Thread-safe.
 */
@ApplicationScoped
class BrowserSteps {

    /** The lifetime of a link, of a state and of the cookie. */
    static final Duration LIFE = Duration.ofMinutes(10);

    private static final int MOST_TICKETS = 20;

    private final EntityManager entities;
    private final SecretGenerator generator;
    private final Clock clock;

    BrowserSteps(EntityManager entities, SecretGenerator generator, Clock clock) {
        this.entities = entities;
        this.generator = generator;
        this.clock = clock;
    }

    /**
     * A link that was opened in the right browser.
     *
     * @param ticket the link's id
     * @param connection the connection it is for
     * @param newCookie the cookie to set, if this browser is the first
     */
    record Opened(UUID ticket, UUID connection, Optional<Secret> newCookie) {}

    /**
     * A browser that came back with the right state.
     *
     * @param flow names its memo in the vault
     * @param others further flows of the same link, which end with it
     * @param ticket the link that it began with
     * @param connection the connection it is for
     * @param issuedTo who asked for the link and has to confirm
     * @param issuer the issuer that {@code iss} must equal, if one is known
     * @param issRequired whether {@code iss} must be there
     */
    record Returned(
            UUID flow,
            List<UUID> others,
            UUID ticket,
            UUID connection,
            String issuedTo,
            Optional<String> issuer,
            boolean issRequired) {}

    /** Makes a link; {@code rate_limited} if the connection has too many that still live (R88). */
    @Transactional
    Secret issue(UUID connection, String issuedTo) {
        requireRoom(connection);
        Secret ticket = generator.next();
        TicketRow row = new TicketRow();
        row.id = UUID.randomUUID();
        row.ticketSha256 = ticket.sha256();
        row.connection = connection;
        row.issuedTo = issuedTo;
        row.expiresAt = clock.instant().plus(LIFE);
        entities.persist(row);
        return ticket;
    }

    private void requireRoom(UUID connection) {
        long live = entities.createQuery(
                        "select count(*) from TicketRow where connection = :connection and expiresAt > :now",
                        Long.class)
                .setParameter("connection", connection)
                .setParameter("now", clock.instant())
                .getSingleResult();
        if (live >= MOST_TICKETS) {
            throw new BrokerException(ProblemType.RATE_LIMITED, "Too many links are open for this connection.")
                    .retryAfter(LIFE);
        }
    }

    /** Opens a link: the first browser is bound to it, any other is refused, like a link that has ended. */
    @Transactional
    Optional<Opened> open(Secret ticket, CookieJar cookies) {
        return single(
                        "from TicketRow where ticketSha256 = :digest and expiresAt > :now",
                        TicketRow.class,
                        ticket.sha256(),
                        LockModeType.PESSIMISTIC_WRITE)
                .flatMap(row -> {
                    byte[] bound = row.browserSha256;
                    if (bound == null) {
                        Secret cookie = generator.next();
                        row.browserSha256 = cookie.sha256();
                        return Optional.of(new Opened(row.id, row.connection, Optional.of(cookie)));
                    }
                    return cookies.of(row.id)
                            .filter(cookie -> cookie.hasSha256(bound))
                            .map(cookie -> new Opened(row.id, row.connection, Optional.empty()));
                });
    }

    /**
     * Records that a browser is sent to the partner, by the value that will come back with it; {@code partner_bad_response}
     * if the partner, which chooses that value in OAuth 1.0, has used it for another flow.
     */
    @Transactional
    void remember(UUID flow, HandshakeStep.Redirect step, Opened opened, HandshakeContext context) {
        PendingHandshakeRow row = new PendingHandshakeRow();
        row.id = flow;
        row.stateSha256 = digest(context.partner().id(), step.flow());
        if (isTaken(row.stateSha256)) {
            throw new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner uses one token for two flows.");
        }
        row.partnerCodeSha256 = step.partnerCode().map(Secret::sha256).orElse(null);
        row.ticket = opened.ticket();
        row.connection = opened.connection();
        row.partner = context.partner().id();
        row.issuer = context.metadata().issuer().orElse(null);
        row.issRequired = context.metadata().issuerInCallback();
        row.expiresAt = clock.instant().plus(LIFE);
        entities.persist(row);
    }

    /**
     * Accepts a browser's return if its state is known, belongs to this registration (R72, R74) and this browser (R70), has
     * not expired, and comes for the first time (R85). The link and all other states of it end with that. A return without
     * the cookie ends nothing.
     */
    @Transactional
    Optional<Returned> take(Secret state, String registration, CookieJar cookies) {
        return single(
                        "from PendingHandshakeRow where stateSha256 = :digest and expiresAt > :now",
                        PendingHandshakeRow.class,
                        digest(registration, state),
                        LockModeType.NONE)
                .filter(flow -> flow.partner.equals(registration))
                .flatMap(flow -> end(flow, cookies));
    }

    /** The lock on the link's row makes two returns wait for each other; the second one finds no link. */
    private Optional<Returned> end(PendingHandshakeRow flow, CookieJar cookies) {
        TicketRow ticket = entities.find(TicketRow.class, flow.ticket, LockModeType.PESSIMISTIC_WRITE);
        if (ticket == null || !isBoundTo(ticket, cookies)) {
            return Optional.empty();
        }
        List<UUID> others = entities.createQuery(
                        "select id from PendingHandshakeRow where ticket = :ticket and id <> :flow", UUID.class)
                .setParameter("ticket", ticket.id)
                .setParameter("flow", flow.id)
                .getResultList();
        entities.remove(ticket);
        return Optional.of(new Returned(
                flow.id,
                others,
                ticket.id,
                ticket.connection,
                ticket.issuedTo,
                Optional.ofNullable(flow.issuer),
                flow.issRequired));
    }

    /** Ends links and states whose time is up; returns the flows whose memos are of no use any more. */
    @Transactional
    List<UUID> purge() {
        List<UUID> flows = entities.createQuery("select id from PendingHandshakeRow where expiresAt < :now", UUID.class)
                .setParameter("now", clock.instant())
                .getResultList();
        entities.createQuery("delete from PendingHandshakeRow where id in :flows")
                .setParameter("flows", flows)
                .executeUpdate();
        entities.createQuery("delete from TicketRow where expiresAt < :now")
                .setParameter("now", clock.instant().minus(LIFE))
                .executeUpdate();
        return flows;
    }

    /** With the registration in it, so that no partner can occupy what comes back from another (R72). */
    private static byte[] digest(String registration, Secret state) {
        return Secret.of(registration + "\n" + state.reveal(Purpose.DIGEST)).sha256();
    }

    private boolean isTaken(byte[] digest) {
        return entities.createQuery("select count(*) from PendingHandshakeRow where stateSha256 = :digest", Long.class)
                        .setParameter("digest", digest)
                        .getSingleResult()
                > 0;
    }

    private static boolean isBoundTo(TicketRow row, CookieJar cookies) {
        byte[] bound = row.browserSha256;
        return bound != null
                && cookies.of(row.id).filter(cookie -> cookie.hasSha256(bound)).isPresent();
    }

    private <T> Optional<T> single(String query, Class<T> type, byte[] digest, LockModeType lock) {
        return entities.createQuery(query, type)
                .setParameter("digest", digest)
                .setParameter("now", clock.instant())
                .setLockMode(lock)
                .getResultStream()
                .findFirst();
    }
}
