package dev.latchkey.event;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/** Signs events as Standard Webhooks says, with the app's events secret from the vault. Thread-safe. */
@ApplicationScoped
class EventSigner {

    /** What the register of apps calls it, in the record {@code apps/<id>}. */
    private static final String FIELD = "events_secret";

    private final CredentialVault vault;
    private final Clock clock;

    EventSigner(CredentialVault vault, Clock clock) {
        this.vault = vault;
        this.clock = clock;
    }

    /** The three header fields of this attempt; empty if the app has no events secret. */
    Optional<Map<String, String>> headers(ClaimedEvent event) {
        return vault.read(new VaultPath("apps/" + event.app()))
                .flatMap(stored -> stored.fields().get(FIELD))
                .map(key -> sign(event, key));
    }

    private Map<String, String> sign(ClaimedEvent event, Secret key) {
        String id = event.id().toString();
        long now = clock.instant().getEpochSecond();
        try {
            String signature = new Webhook(key.reveal(Purpose.DIGEST)).sign(id, now, event.body());
            return Map.of("webhook-id", id, "webhook-timestamp", Long.toString(now), "webhook-signature", signature);
        } catch (EmptyWebhookSecretException | WebhookSigningException e) {
            throw new IllegalStateException("an events secret cannot sign", e);
        }
    }
}
