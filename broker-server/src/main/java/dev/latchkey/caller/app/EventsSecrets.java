package dev.latchkey.caller.app;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.Base64;

/** The keys that events to apps are signed with (Standard Webhooks), in the vault at {@code apps/<id>}. Thread-safe. */
@Singleton
final class EventsSecrets {

    private static final String FIELD = "events_secret";
    private static final int BYTES = 32;

    private final CredentialVault vault;
    private final SecureRandom random;

    EventsSecrets(CredentialVault vault, SecureRandom random) {
        this.vault = vault;
        this.random = random;
    }

    /** Makes a key and stores it; takes the place of one that an interrupted registration left behind. */
    Secret make(String app) {
        byte[] key = new byte[BYTES];
        random.nextBytes(key);
        Secret made = Secret.of("whsec_" + Base64.getEncoder().encodeToString(key));
        VaultPath path = path(app);
        int version = vault.read(path).map(StoredRecord::version).orElse(CredentialVault.ABSENT);
        try {
            vault.write(path, SecretFields.of(FIELD, made), version);
        } catch (VersionConflictException e) {
            throw new BrokerException(ProblemType.CONFLICT, "The app is being changed by somebody else.", e);
        }
        return made;
    }

    /** Forgets the key; none need be there. */
    void destroy(String app) {
        vault.destroy(path(app));
    }

    private static VaultPath path(String app) {
        return new VaultPath("apps/" + app);
    }
}
