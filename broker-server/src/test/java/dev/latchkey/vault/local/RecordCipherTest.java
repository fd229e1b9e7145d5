package dev.latchkey.vault.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.VaultPath;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RecordCipherTest {

    private static final VaultPath PATH = VaultPath.partner("noones");
    private static final SecretFields FIELDS = SecretFields.of("client_secret", Secret.of("value"));

    private Aead keyring;
    private byte[] ciphertext;

    @BeforeEach
    void encrypt() throws Exception {
        AeadConfig.register();
        keyring = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM)
                .getPrimitive(RegistryConfiguration.get(), Aead.class);
        ciphertext = RecordCipher.encrypt(keyring, PATH, 1, FIELDS);
    }

    @Test
    @DisplayName("a change of any one byte is noticed")
    void noticesEveryByte() throws Exception {
        for (int position = 0; position < ciphertext.length; position++) {
            byte[] tampered = ciphertext.clone();
            tampered[position] ^= 1;
            assertThatThrownBy(() -> RecordCipher.decrypt(keyring, PATH, 1, tampered))
                    .isInstanceOf(GeneralSecurityException.class);
        }
        assertThat(RecordCipher.decrypt(keyring, PATH, 1, ciphertext)).isEqualTo(FIELDS);
    }

    @Test
    @DisplayName("a ciphertext belongs to its path and version")
    void bindsPathAndVersion() {
        assertThatThrownBy(() -> RecordCipher.decrypt(keyring, VaultPath.partner("cryptonit"), 1, ciphertext))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> RecordCipher.decrypt(keyring, PATH, 2, ciphertext))
                .isInstanceOf(GeneralSecurityException.class);
    }
}
