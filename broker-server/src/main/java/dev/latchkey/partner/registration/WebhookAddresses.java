package dev.latchkey.partner.registration;

import dev.latchkey.http.PublicUrl;
import dev.latchkey.partner.Partner;
import dev.latchkey.vault.installation.UnguessableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.UUID;

/**
 * The webhook URL of each registration whose partner sends events: one that cannot be guessed (R128), made from a key of
 * the installation and a salt in the row, so that neither store alone shows it. Thread-safe.
 */
@ApplicationScoped
public final class WebhookAddresses {

    /** Stands in for the salt of a registration that is not there. */
    private static final UUID NO_SALT = UUID.fromString("00000000-0000-0000-0000-000000000000");

    private final PartnerRows rows;
    private final PartnerRegistry registry;
    private final Profiles profiles;
    private final UnguessableNames names;
    private final PublicUrl publicUrl;

    WebhookAddresses(
            PartnerRows rows,
            PartnerRegistry registry,
            Profiles profiles,
            UnguessableNames names,
            PublicUrl publicUrl) {
        this.rows = rows;
        this.registry = registry;
        this.profiles = profiles;
        this.names = names;
        this.publicUrl = publicUrl;
    }

    /**
     * The registration that lives at this address; empty for an unknown one, one without webhooks and a wrong name alike.
     *
     * @param registration the id in the path, not checked
     * @param name the last segment of the path, not checked
     */
    public Optional<Partner> find(String registration, String name) {
        Optional<Registration> row =
                PartnerInput.isId(registration) ? rows.read(registration) : Optional.<Registration>empty();
        // Compared for an unknown one as well, so that the two take the same steps.
        String right = name(registration, row.map(Registration::webhookSalt).orElse(NO_SALT));
        boolean matches =
                MessageDigest.isEqual(right.getBytes(StandardCharsets.UTF_8), name.getBytes(StandardCharsets.UTF_8));
        return matches && row.isPresent()
                ? registry.find(registration)
                        .filter(partner -> partner.profile().webhook().isPresent())
                : Optional.empty();
    }

    /** The URL to be given to the partner, if it sends events. Whoever knows it can send some where they are unsigned. */
    Optional<URI> of(Registration registration) {
        return profiles.row(registration.catalog())
                .filter(row -> row.webhook().isPresent())
                .map(row -> publicUrl.resolve(
                        "/webhooks/" + registration.id() + "/" + name(registration.id(), registration.webhookSalt())));
    }

    private String name(String registration, UUID salt) {
        return names.of("webhook " + registration + " " + salt);
    }
}
