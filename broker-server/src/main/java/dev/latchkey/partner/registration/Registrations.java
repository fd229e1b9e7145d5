package dev.latchkey.partner.registration;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.partner.credential.CredentialCheck;
import dev.latchkey.partner.credential.CredentialMarks;
import dev.latchkey.partner.registration.PartnerChanges.Current;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What admins do with registrations. The checks come first and outside of any transaction, since some of them call the
 * partner. Thread-safe.
 */
@ApplicationScoped
class Registrations {

    private static final SecretFields NONE = new SecretFields(Map.of());

    private final Profiles profiles;
    private final ProfileCheck check;
    private final PartnerChanges changes;
    private final CredentialMarks marks;
    private final PartnerRegistry registry;
    private final SecretGenerator generator;
    private final FormerWebhookSecrets former;
    private final FormerClientSecrets formerClient;
    private final Clock clock;

    Registrations(
            Profiles profiles,
            ProfileCheck check,
            PartnerChanges changes,
            CredentialMarks marks,
            PartnerRegistry registry,
            SecretGenerator generator,
            FormerWebhookSecrets former,
            FormerClientSecrets formerClient,
            Clock clock) {
        this.profiles = profiles;
        this.check = check;
        this.changes = changes;
        this.marks = marks;
        this.registry = registry;
        this.generator = generator;
        this.former = former;
        this.formerClient = formerClient;
        this.clock = clock;
    }

    /**
     * What an admin wants. Prints without credentials.
     *
     * @param catalog the id of the catalog row
     * @param name what people call the registration; the row's name if absent
     * @param credentials the object {@code credentials}, not checked
     * @param settings the object {@code settings}, not checked
     */
    record Wanted(String catalog, Optional<String> name, JsonNode credentials, JsonNode settings) {
        @Override
        public String toString() {
            return "Wanted[" + catalog + "]";
        }
    }

    /**
     * What was saved.
     *
     * @param registration as it is now
     * @param madeUp the credentials that we have made up for it, to be shown once; usually none
     * @param warnings what an admin should look at
     */
    record Saved(Registration registration, SecretFields madeUp, List<String> warnings) {}

    Saved create(String id, Wanted wanted, Actor actor) {
        CatalogEntry profile = profile(wanted);
        SecretFields credentials = CredentialCheck.check(profile, wanted.credentials(), NONE, generator);
        List<String> warnings = check.check(profile);
        PartnerRow row = row(id, wanted, profile, credentials);
        row.createdAt = clock.instant().truncatedTo(ChronoUnit.MICROS);
        row.createdBy = actor.id();
        row.webhookSalt = UUID.randomUUID();
        AuditEvent event = event(actor, AuditAction.PARTNER_CREATED, id).detail("catalog", wanted.catalog());
        Registration made = undoing(id, Optional.empty(), () -> changes.create(row, credentials, event));
        return new Saved(made, madeUp(credentials, NONE, wanted), warnings);
    }

    Saved replace(String id, Wanted wanted, Actor actor) {
        Current before = changes.current(id);
        if (!before.registration().catalog().equals(wanted.catalog())) {
            throw BrokerException.invalid("/catalog", "A registration stays with its catalog row.");
        }
        CatalogEntry profile = profile(wanted);
        SecretFields kept = before.credentials().map(StoredRecord::fields).orElse(NONE);
        SecretFields credentials = CredentialCheck.check(profile, wanted.credentials(), kept, generator);
        List<String> warnings = check.check(profile);
        PartnerRow row = row(id, wanted, profile, credentials);
        AuditEvent event = event(actor, AuditAction.PARTNER_CHANGED, id)
                .detail("credentials", names(wanted.credentials()))
                .detail("settings", names(wanted.settings()));
        Registration after = undoing(id, Optional.of(before), () -> {
            former.keep(profile, before, credentials);
            return changes.replace(before, row, formerClient.keep(credentials, kept), event);
        });
        return new Saved(after, madeUp(credentials, kept, wanted), warnings);
    }

    void remove(String id, Actor actor) {
        changes.remove(id, event(actor, AuditAction.PARTNER_DELETED, id));
        registry.forget(id);
    }

    /** What is stored, and was neither given nor there before. */
    private static SecretFields madeUp(SecretFields stored, SecretFields kept, Wanted wanted) {
        Map<String, Secret> madeUp = new HashMap<>(stored.values());
        madeUp.keySet().removeAll(kept.values().keySet());
        madeUp.keySet().removeAll(names(wanted.credentials()));
        return new SecretFields(madeUp);
    }

    private CatalogEntry profile(Wanted wanted) {
        RowJson.requireKeepable(wanted.settings(), "/settings");
        return profiles.profile(wanted.catalog(), wanted.settings());
    }

    private PartnerRow row(String id, Wanted wanted, CatalogEntry profile, SecretFields credentials) {
        PartnerRow row = new PartnerRow();
        row.id = id;
        row.catalog = wanted.catalog();
        row.name = wanted.name().orElse(profile.name());
        row.settings = RowJson.write(wanted.settings());
        row.fingerprints = RowJson.write(marks.of(credentials));
        return row;
    }

    /** Whatever ends a change, be it the commit itself, leaves the vault as the row is. */
    private Registration undoing(String id, Optional<Current> before, Supplier<Registration> change) {
        try {
            return change.get();
        } catch (Exception e) {
            try {
                changes.undo(id, before);
            } catch (RuntimeException undo) {
                e.addSuppressed(undo);
            }
            throw e;
        } finally {
            registry.forget(id);
        }
    }

    private static AuditEvent event(Actor actor, AuditAction action, String id) {
        return AuditEvent.of(actor, action).partner(id);
    }

    private static List<String> names(JsonNode object) {
        return object.propertyStream().map(Map.Entry::getKey).sorted().toList();
    }
}
