package dev.latchkey.partner.registration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.http.PublicUrl;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * The registrations out of the database. A registration found is kept for a second at most: another process sees a
 * change that late, this one at once. Thread-safe.
 */
@ApplicationScoped
final class PartnerRegistry implements Partners {

    private static final Logger LOG = Logger.getLogger(PartnerRegistry.class);
    private static final Duration KEPT = Duration.ofSeconds(1);
    private static final int MOST = 10_000;
    private static final String JOB = "partner-registry";

    private final PartnerRows rows;
    private final PartnerChanges changes;
    private final Profiles profiles;
    private final CredentialVault vault;
    private final FormerWebhookSecrets former;
    private final FormerClientSecrets formerClient;
    private final PublicUrl publicUrl;
    private final Cache<String, Partner> found =
            Caffeine.newBuilder().expireAfterWrite(KEPT).maximumSize(MOST).build();
    private final AtomicLong forgotten = new AtomicLong();

    PartnerRegistry(
            PartnerRows rows,
            PartnerChanges changes,
            Profiles profiles,
            CredentialVault vault,
            FormerWebhookSecrets former,
            FormerClientSecrets formerClient,
            PublicUrl publicUrl) {
        this.rows = rows;
        this.changes = changes;
        this.profiles = profiles;
        this.vault = vault;
        this.former = former;
        this.formerClient = formerClient;
        this.publicUrl = publicUrl;
    }

    @Override
    public Optional<Partner> find(String id) {
        Optional<Partner> kept = Optional.ofNullable(found.getIfPresent(id));
        if (kept.isPresent()) {
            return kept;
        }
        long before = forgotten.get();
        Optional<Partner> read = rows.read(id).map(this::toPartner);
        read.ifPresent(partner -> found.put(id, partner));
        if (before != forgotten.get()) {
            found.invalidate(id); // what was read may be older than what made us forget
        }
        return read;
    }

    @Override
    public List<Partner> usable() {
        return rows.ids().stream()
                .map(this::findUsable)
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Partner> findUsable(String id) {
        try {
            return find(id);
        } catch (BrokerException e) {
            LOG.warnf("registration %s is left out: %s", id, e.type().code());
            return Optional.empty();
        }
    }

    @Override
    public SecretFields credentials(Partner partner) {
        return vault.read(VaultPath.partner(partner.id()))
                .map(StoredRecord::fields)
                .map(formerClient::usable)
                .orElseThrow(() ->
                        new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "The registration has no credentials."));
    }

    @Override
    public Optional<Secret> formerWebhookSecret(Partner partner) {
        return former.find(partner.id());
    }

    @Override
    public void markMisconfigured(String id, boolean misconfigured) {
        Actor self = Actor.system(JOB, UUID.randomUUID().toString());
        AuditEvent event = AuditEvent.of(self, AuditAction.PARTNER_MISCONFIGURED)
                .partner(id)
                .detail("misconfigured", misconfigured);
        changes.markMisconfigured(id, misconfigured, event);
        forget(id);
    }

    /** Reads the registration anew when it is asked for next. */
    void forget(String id) {
        forgotten.incrementAndGet();
        found.invalidate(id);
    }

    /** Rows of the catalog and the switch for overrides change between starts; what was saved may not fit any more. */
    private Partner toPartner(Registration registration) {
        CatalogEntry profile;
        try {
            profile = profiles.profile(registration.catalog(), registration.settings());
        } catch (BrokerException e) {
            throw new BrokerException(
                    ProblemType.PARTNER_MISCONFIGURED, "The registration does not fit its catalog row any more.", e);
        }
        return new Partner(
                registration.id(),
                registration.name(),
                profile,
                publicUrl.resolve("/callback/" + registration.id()),
                registration.misconfigured());
    }
}
