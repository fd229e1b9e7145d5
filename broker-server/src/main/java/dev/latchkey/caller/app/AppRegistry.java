package dev.latchkey.caller.app;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.InTurn;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.persistence.LockModeType;
import jakarta.persistence.PersistenceException;
import jakarta.transaction.Transactional;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Registers, changes and removes apps; each change and its audit row are one transaction. Thread-safe. */
@ApplicationScoped
class AppRegistry implements Apps {

    private final AppStore store;
    private final EventsSecrets eventsSecrets;
    private final SecretGenerator generator;
    private final AuditLog audit;
    private final Event<AppChanged> changes;
    private final AppsConfig config;
    private final Clock clock;

    AppRegistry(
            AppStore store,
            EventsSecrets eventsSecrets,
            SecretGenerator generator,
            AuditLog audit,
            Event<AppChanged> changes,
            AppsConfig config,
            Clock clock) {
        this.store = store;
        this.eventsSecrets = eventsSecrets;
        this.generator = generator;
        this.audit = audit;
        this.changes = changes;
        this.config = config;
        this.clock = clock;
    }

    /**
     * A new app's secrets, to be shown once.
     *
     * @param secret what it proves itself with
     * @param events what its events are signed with
     */
    record Issued(Secret secret, Optional<Secret> events) {}

    @Override
    @Transactional
    public Optional<App> find(String id) {
        return store.findByIdOptional(id).map(AppRow::toApp);
    }

    @Transactional
    RegisteredApp get(String id) {
        return store.findByIdOptional(id).map(AppRow::toRegistered).orElseThrow(BrokerException::notFound);
    }

    @Transactional
    List<RegisteredApp> page(Optional<AppCursor> after, int size) {
        return store.page(after, size).stream().map(AppRow::toRegistered).toList();
    }

    @InTurn
    @Transactional
    Issued create(String id, AppDraft draft, Actor actor) {
        if (store.findByIdOptional(id).isPresent()) {
            throw taken(null);
        }
        Secret secret = generator.next();
        AppRow row = new AppRow();
        row.id = id;
        row.createdAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
        row.createdBy = actor.id();
        row.digest = secret.sha256();
        describe(row, draft);
        try {
            store.persistAndFlush(row);
        } catch (PersistenceException e) {
            throw AppStore.refusedFor(AppStore.UNIQUE_VIOLATION, e) ? taken(e) : e;
        }
        record(actor, AuditAction.APP_CREATED, id);
        return new Issued(secret, draft.eventsUrl().map(url -> eventsSecrets.make(id)));
    }

    /** Changes what is said of the app; returns a new events secret if it has an events URL for the first time. */
    @InTurn
    @Transactional
    Optional<Secret> change(String id, AppDraft draft, Actor actor) {
        AppRow row = locked(id);
        boolean hadEvents = row.eventsUrl != null;
        describe(row, draft);
        store.flush();
        record(actor, AuditAction.APP_CHANGED, id);
        if (hadEvents && draft.eventsUrl().isEmpty()) {
            eventsSecrets.destroy(id);
        }
        return hadEvents ? Optional.empty() : draft.eventsUrl().map(url -> eventsSecrets.make(id));
    }

    /** Gives the app a new secret; the one before it stays valid for the configured time, any older one ends now. */
    @InTurn
    @Transactional
    Secret rotate(String id, Actor actor) {
        AppRow row = locked(id);
        Secret secret = generator.next();
        row.oldDigest = row.digest;
        row.oldDigestEndsAt = clock.instant().plus(oldSecretLifetime());
        row.digest = secret.sha256();
        store.flush();
        record(actor, AuditAction.APP_SECRET_ROTATED, id);
        return secret;
    }

    Duration oldSecretLifetime() {
        return config.oldSecretLifetime();
    }

    @InTurn
    @Transactional
    void delete(String id, Actor actor) {
        AppRow row = locked(id);
        if (store.isInUse(id)) {
            throw inUse(null);
        }
        try {
            store.delete(row);
            store.flush();
        } catch (PersistenceException e) {
            throw AppStore.refusedFor(AppStore.FOREIGN_KEY_VIOLATION, e) ? inUse(e) : e;
        }
        record(actor, AuditAction.APP_DELETED, id);
        eventsSecrets.destroy(id);
    }

    private AppRow locked(String id) {
        return store.findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE).orElseThrow(BrokerException::notFound);
    }

    private void describe(AppRow row, AppDraft draft) {
        row.name = draft.name();
        row.returnUrls = draft.returnUrls().toArray(String[]::new);
        row.eventsUrl = draft.eventsUrl().map(URI::toString).orElse(null);
    }

    private void record(Actor actor, AuditAction action, String id) {
        audit.append(AuditEvent.of(actor, action).app(id));
        changes.fire(new AppChanged(id));
    }

    private static BrokerException taken(@Nullable Throwable cause) {
        return new BrokerException(ProblemType.ALREADY_EXISTS, "There is an app with this id.", cause);
    }

    private static BrokerException inUse(@Nullable Throwable cause) {
        return new BrokerException(ProblemType.IN_USE, "The app still has grants or standing approvals.", cause);
    }
}
