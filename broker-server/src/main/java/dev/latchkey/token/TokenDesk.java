package dev.latchkey.token;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.caller.Caller.AppCaller;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.Connections;
import dev.latchkey.connection.Grant;
import dev.latchkey.connection.UseRefusal;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.refresh.AccessTokens;
import dev.latchkey.refresh.HeldToken;
import dev.latchkey.secret.Fingerprinter;
import dev.latchkey.vault.Credential;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Decides whether an app gets a token, and commits the audit row before it hands the token out (R168).
 *
 * <p>A token may be granted on a cached connection, because the audit row is only written if the connection has not changed
 * (R104). Before a refusal the connection is read from the database. Thread-safe.
 */
@ApplicationScoped
class TokenDesk {

    /** How often it is decided at most, if the connection keeps changing meanwhile. */
    private static final int ATTEMPTS = 5;

    private final Connections connections;
    private final Partners partners;
    private final AccessTokens tokens;
    private final AuditLog audit;
    private final Fingerprinter fingerprinter;
    private final MeterRegistry meters;
    private final Clock clock;

    TokenDesk(
            Connections connections,
            Partners partners,
            AccessTokens tokens,
            AuditLog audit,
            Fingerprinter fingerprinter,
            MeterRegistry meters,
            Clock clock) {
        this.connections = connections;
        this.partners = partners;
        this.tokens = tokens;
        this.audit = audit;
        this.fingerprinter = fingerprinter;
        this.meters = meters;
        this.clock = clock;
    }

    /** A token for the app, or a refusal; either is audited and counted ({@code latchkey.tokens} by outcome). */
    HandOut handOut(UUID id, TokenWish wish, AppCaller app) {
        try {
            HandOut handOut = decided(id, wish, app);
            count("handed_out");
            return handOut;
        } catch (BrokerException e) {
            count(e.type().code());
            throw e;
        }
    }

    private void count(String outcome) {
        meters.counter("latchkey.tokens", "outcome", outcome).increment();
    }

    private HandOut decided(UUID id, TokenWish wish, AppCaller app) {
        Optional<Connection> known = connections.snapshot(id);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (attempt > 0
                    || known.isEmpty()
                    || refusal(known.get(), wish, app).isPresent()) {
                known = connections.freshSnapshot(id);
            }
            Connection connection = admitted(id, known, wish, app);
            Optional<HandOut> handOut = token(connection, wish, app).flatMap(token -> record(connection, token, app));
            if (handOut.isPresent()) {
                return handOut.get();
            }
        }
        throw new BrokerException(ProblemType.REFRESH_IN_PROGRESS, "The connection is being changed; ask again.");
    }

    private Connection admitted(UUID id, Optional<Connection> known, TokenWish wish, AppCaller app) {
        Optional<BrokerException> refusal =
                known.isEmpty() ? Optional.of(BrokerException.notFound()) : refusal(known.get(), wish, app);
        if (refusal.isPresent()) {
            AuditEvent event =
                    AuditEvent.of(app.actor(), AuditAction.TOKEN_DENIED).app(app.id());
            audit.append(known.map(connection -> event.connection(id).partner(connection.partner()))
                    .orElseGet(() -> event.detail("connection", id.toString()))
                    .denied(refusal.get().type().code()));
            throw refusal.get();
        }
        return known.orElseThrow();
    }

    /** A token; empty if none can be had and the app would be refused by now. */
    private Optional<HeldToken> token(Connection connection, TokenWish wish, AppCaller app) {
        try {
            return Optional.of(tokens.get(connection, wish.minTtl(), app.actor()));
        } catch (BrokerException e) {
            // Perhaps decided on a stale cache: the reason of a refusal says more than that the renewal failed.
            if (isRefusedNow(connection.id(), wish, app)) {
                return Optional.empty();
            }
            audit.append(denial(connection, app).failed(e.type().code()));
            throw e;
        }
    }

    private boolean isRefusedNow(UUID id, TokenWish wish, AppCaller app) {
        return connections
                .find(id)
                .filter(now -> refusal(now, wish, app).isEmpty())
                .isEmpty();
    }

    /** Writes the audit row unless the connection has changed since the decision, other than by this token's renewal. */
    private Optional<HandOut> record(Connection decided, HeldToken token, AppCaller app) {
        Connection connection =
                token.renewed() && token.kvVersion() > decided.credential().kvVersion()
                        ? sinceRenewal(decided, token)
                        : decided;
        if (refusal(connection, new TokenWish(Duration.ZERO, Scopes.none()), app)
                .isPresent()) {
            return Optional.empty();
        }
        requireCovered(connection, token, app);
        HandOut handOut = handOut(connection, token);
        AuditEvent event = AuditEvent.of(app.actor(), AuditAction.TOKEN_HANDED_OUT)
                .app(app.id())
                .connection(connection.id())
                .partner(connection.partner())
                .token(fingerprinter.fingerprint(token.credential().handle()))
                .detail("scopes", handOut.scopes().asText())
                .detail("expires_in", handOut.life().toSeconds());
        return audit.appendIfCurrent(event, connection.version()) ? Optional.of(handOut) : Optional.empty();
    }

    /**
     * The vault may be ahead of what the database knows of the token: a grant that does not cover what the token does cover
     * gives no right to it.
     */
    private void requireCovered(Connection connection, HeldToken token, AppCaller app) {
        Grant grant = connection.grantOf(app.id()).orElseThrow();
        if (!covers(connection, grant, token.credential().scopes())) {
            BrokerException refusal = scopeNotGranted();
            audit.append(denial(connection, app).denied(refusal.type().code()));
            throw refusal;
        }
    }

    /** The whole token goes to the app: a grant that covers less of it than the approval does not cover it. */
    private static boolean covers(Connection connection, Grant grant, Scopes token) {
        return grant.scopes().orElse(connection.scopes()).containsAll(token.intersect(connection.scopes()));
    }

    private static AuditEvent denial(Connection connection, AppCaller app) {
        return AuditEvent.of(app.actor(), AuditAction.TOKEN_DENIED)
                .app(app.id())
                .connection(connection.id())
                .partner(connection.partner());
    }

    private static BrokerException scopeNotGranted() {
        return new BrokerException(ProblemType.SCOPE_NOT_GRANTED, "The grant does not cover the scope of the token.");
    }

    /** The cached connection if it includes this renewal, else the one in the database. */
    private Connection sinceRenewal(Connection decided, HeldToken token) {
        return connections
                .snapshot(decided.id())
                .filter(now -> now.credential().kvVersion() >= token.kvVersion())
                .or(() -> connections.freshSnapshot(decided.id()))
                .orElse(decided);
    }

    /** Why the app may not have a token of this connection, if it may not. */
    private Optional<BrokerException> refusal(Connection connection, TokenWish wish, AppCaller app) {
        Optional<BrokerException> refusal = UseRefusal.of(connection, app.id(), clock.instant());
        if (refusal.isPresent()) {
            return refusal;
        }
        if (profile(connection).filter(it -> it.signing() != SigningScheme.NONE).isPresent()) {
            return Optional.of(new BrokerException(
                    ProblemType.WRONG_KIND, "This partner takes signed requests: sign or proxy, no token."));
        }
        return scopeRefusal(connection, connection.grantOf(app.id()).orElseThrow(), wish);
    }

    private Optional<BrokerException> scopeRefusal(Connection connection, Grant grant, TokenWish wish) {
        if (!grant.methods().isEmpty()) {
            return Optional.of(new BrokerException(
                    ProblemType.METHOD_NOT_GRANTED, "The grant names methods: sign or proxy, no token."));
        }
        Scopes granted = grant.scopes().orElse(connection.scopes());
        if (!covers(connection, grant, connection.partnerScopes()) || !granted.containsAll(wish.scopes())) {
            return Optional.of(scopeNotGranted());
        }
        return Optional.empty();
    }

    private HandOut.Access access(Connection connection, Credential.ShortLived credential) {
        return switch (credential) {
            case Credential.Session session -> new HandOut.Access.Cookies(session.cookies());
            case Credential.OAuth2 tokens ->
                profile(connection)
                        .flatMap(profile -> profile.dialect().bareHeader())
                        .<HandOut.Access>map(name -> new HandOut.Access.Header(name, tokens.accessToken()))
                        .orElseGet(() -> new HandOut.Access.Bearer(tokens.accessToken()));
        };
    }

    private Optional<CatalogEntry> profile(Connection connection) {
        return partners.find(connection.partner()).map(Partner::profile);
    }

    private HandOut handOut(Connection connection, HeldToken token) {
        Instant now = clock.instant();
        Duration life = token.remaining(now);
        Scopes covered = token.credential().scopes();
        List<String> warnings = new ArrayList<>();
        if (life.compareTo(AccessTokens.LEAST_LIFE) < 0) {
            warnings.add(HandOut.SHORT_LIVED);
        }
        if (!connection.scopes().containsAll(covered)) {
            warnings.add(HandOut.EXCESS_SCOPES);
        }
        if (!covered.containsAll(connection.scopes())) {
            warnings.add(HandOut.MISSING_SCOPES);
        }
        return new HandOut(
                access(connection, token.credential()),
                Duration.ofSeconds(life.toSeconds()),
                covered.intersect(connection.scopes()),
                List.copyOf(warnings));
    }
}
