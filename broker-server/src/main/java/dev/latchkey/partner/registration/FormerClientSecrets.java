package dev.latchkey.partner.registration;

import dev.latchkey.partner.Partners;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The secret of our client from before the last change of a registration, for the bounded time in which a partner may not
 * have changed over yet, or may change back (R29). It lies in the same record as the present one, so that the two are never
 * from different changes. Thread-safe.
 */
@ApplicationScoped
class FormerClientSecrets {

    private static final String CLIENT = "client_id";
    private static final String PRESENT = "client_secret";
    private static final String ENDS_AT = "former_client_secret_ends_at";

    private final PartnersConfig config;
    private final Clock clock;

    FormerClientSecrets(PartnersConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * What to store: the wanted credentials, and beside them the secret that they replace, or the one that still lives from
     * the change before. Another client has no former secret.
     */
    SecretFields keep(SecretFields wanted, SecretFields before) {
        Optional<Secret> old = before.get(PRESENT);
        boolean sameClient = wanted.get(CLIENT).equals(before.get(CLIENT));
        if (wanted.get(PRESENT).isEmpty() || old.isEmpty() || !sameClient) {
            return wanted;
        }
        if (!old.equals(wanted.get(PRESENT))) {
            Instant end = clock.instant().plus(config.oldClientSecretLifetime());
            return wanted.with(Partners.FORMER_CLIENT_SECRET, old.get()).with(ENDS_AT, Secret.of(end.toString()));
        }
        return lives(before)
                ? wanted.with(
                                Partners.FORMER_CLIENT_SECRET,
                                before.get(Partners.FORMER_CLIENT_SECRET).orElseThrow())
                        .with(ENDS_AT, before.get(ENDS_AT).orElseThrow())
                : wanted;
    }

    /** The credentials to be used: with the former secret as long as it lives. */
    SecretFields usable(SecretFields stored) {
        Map<String, Secret> fields = new HashMap<>(stored.values());
        fields.remove(ENDS_AT);
        if (!lives(stored)) {
            fields.remove(Partners.FORMER_CLIENT_SECRET);
        }
        return new SecretFields(fields);
    }

    private boolean lives(SecretFields stored) {
        return stored.get(Partners.FORMER_CLIENT_SECRET).isPresent()
                && stored.get(ENDS_AT)
                        .map(end -> Instant.parse(end.reveal(Purpose.DIGEST)))
                        .filter(clock.instant()::isBefore)
                        .isPresent();
    }
}
