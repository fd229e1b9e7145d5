package dev.latchkey.vault.installation;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.PlatformThreadAead;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.VaultPath;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * AES-256-GCM under a key of the installation. The key lives in the vault and is read at the start, because it is needed
 * just when the vault is away; all processes of an installation come to the same one.
 */
@ApplicationScoped
final class VaultKeyedSeal implements RecordSeal {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, String>> FIELDS = new TypeReference<>() {};

    private final InstallationKey kept;
    private volatile @Nullable Aead cipher;

    VaultKeyedSeal(CredentialVault vault, SecretGenerator generator) {
        this.kept = new InstallationKey(vault, generator, VaultPath.installation("journal-key"));
    }

    void atStart(@Observes StartupEvent event) {
        cipher();
    }

    @Override
    public byte[] seal(SecretFields fields, String place) {
        Map<String, String> bare = new LinkedHashMap<>();
        fields.values().forEach((name, secret) -> bare.put(name, secret.reveal(Purpose.STORE)));
        byte[] plaintext = {};
        try {
            plaintext = JSON.writeValueAsBytes(bare);
            return cipher().encrypt(plaintext, place.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("a record cannot be sealed", e);
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    @Override
    public SecretFields open(byte[] ciphertext, String place) {
        byte[] plaintext = {};
        try {
            plaintext = cipher().decrypt(ciphertext, place.getBytes(StandardCharsets.UTF_8));
            Map<String, Secret> fields = new LinkedHashMap<>();
            JSON.readValue(plaintext, FIELDS).forEach((name, value) -> fields.put(name, Secret.of(value)));
            return new SecretFields(fields);
        } catch (GeneralSecurityException | IOException e) {
            throw new BrokerException(ProblemType.VAULT_UNAVAILABLE, "A sealed record cannot be opened.", e);
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    private Aead cipher() {
        Aead known = cipher;
        if (known == null) {
            known = cipherOf(kept.readOrMake());
            cipher = known;
        }
        return known;
    }

    private static Aead cipherOf(Secret key) {
        try {
            return new PlatformThreadAead(new AesGcmJce(Base64.getUrlDecoder().decode(key.reveal(Purpose.STORE))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the journal's key is no key", e);
        }
    }
}
