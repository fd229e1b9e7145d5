package dev.latchkey.partner.registration;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.WebhookScheme;
import dev.latchkey.partner.registration.PartnerChanges.Current;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The secret that a partner signed its webhooks with before our registration got a new one, good for a bounded time
 * (R125): what is under way, and what the partner still signs with the old one, is not lost. Thread-safe.
 */
@ApplicationScoped
class FormerWebhookSecrets {

    private static final String SECRET = "secret";
    private static final String ENDS_AT = "ends_at";

    private final CredentialVault vault;
    private final PartnersConfig config;
    private final Clock clock;

    FormerWebhookSecrets(CredentialVault vault, PartnersConfig config, Clock clock) {
        this.vault = vault;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Remembers the secret that is about to be replaced, if it is another one. Before the change itself: a crash between
     * the two leaves a former secret that is the present one as well, which harms nothing.
     */
    void keep(CatalogEntry profile, Current before, SecretFields wanted) {
        Optional<String> name =
                profile.webhook().flatMap(WebhookScheme::signature).map(WebhookScheme.Signature::credential);
        Optional<Secret> old = name.flatMap(
                it -> before.credentials().flatMap(stored -> stored.fields().get(it)));
        if (old.isPresent() && !old.equals(name.flatMap(wanted::get))) {
            write(before.registration().id(), old.get());
        }
    }

    Optional<Secret> find(String id) {
        return vault.read(VaultPath.formerWebhookSecret(id))
                .map(StoredRecord::fields)
                .filter(fields -> fields.get(ENDS_AT)
                        .map(it -> Instant.parse(it.reveal(Purpose.DIGEST)))
                        .filter(clock.instant()::isBefore)
                        .isPresent())
                .flatMap(fields -> fields.get(SECRET));
    }

    private void write(String id, Secret old) {
        VaultPath path = VaultPath.formerWebhookSecret(id);
        Instant end = clock.instant().plus(config.oldWebhookSecretLifetime());
        SecretFields fields = new SecretFields(Map.of(SECRET, old, ENDS_AT, Secret.of(end.toString())));
        try {
            vault.write(
                    path, fields, vault.read(path).map(StoredRecord::version).orElse(CredentialVault.ABSENT));
        } catch (VersionConflictException e) {
            throw new BrokerException(
                    ProblemType.CONFLICT, "The registration was changed by somebody else meanwhile.", e);
        }
    }
}
