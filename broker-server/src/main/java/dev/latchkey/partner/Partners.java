package dev.latchkey.partner;

import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SecretFields;
import java.util.List;
import java.util.Optional;

/** The registrations, as other features see them. Thread-safe. */
public interface Partners {

    /** The name in {@link #credentials} of the client secret from before the last change, while it may still be used. */
    String FORMER_CLIENT_SECRET = "former_client_secret";

    /** The registration with that id. */
    Optional<Partner> find(String id);

    /** Every registration that fits its catalog row; one that does not fit any more is logged and left out. */
    List<Partner> usable();

    /**
     * The credentials of our client, read from the vault for one use; by the names of the contract's table. While a
     * change of the client secret is fresh, {@link #FORMER_CLIENT_SECRET} is there as well (R29).
     */
    SecretFields credentials(Partner partner);

    /**
     * What the partner signed its webhooks with before the last change of the registration, for the bounded time that it
     * is still good.
     */
    Optional<Secret> formerWebhookSecret(Partner partner);

    /** Records that the partner refuses our client, or that it accepts it again; audited once per change. */
    void markMisconfigured(String id, boolean misconfigured);
}
