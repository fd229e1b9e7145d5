package dev.latchkey.vault.local;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.aead.KmsEnvelopeAead;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.PlatformThreadAead;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.VaultPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Turns a record into its ciphertext and back: AES-256-GCM under a key of its own, which is in turn encrypted by a key of
 * the keyring. Path and version are associated data, so that a ciphertext is worth nothing in another place. Stateless.
 */
final class RecordCipher {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<LinkedHashMap<String, String>> FIELDS = new TypeReference<>() {};

    private RecordCipher() {}

    static byte[] encrypt(Aead keyring, VaultPath path, int version, SecretFields fields)
            throws GeneralSecurityException, IOException {
        Map<String, String> bare = new LinkedHashMap<>();
        fields.values().forEach((name, secret) -> bare.put(name, secret.reveal(Purpose.STORE)));
        byte[] plaintext = JSON.writeValueAsBytes(bare);
        try {
            return envelope(keyring).encrypt(plaintext, place(path, version));
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    static SecretFields decrypt(Aead keyring, VaultPath path, int version, byte[] ciphertext)
            throws GeneralSecurityException, IOException {
        byte[] plaintext = envelope(keyring).decrypt(ciphertext, place(path, version));
        try {
            Map<String, Secret> fields = new LinkedHashMap<>();
            JSON.readValue(plaintext, FIELDS).forEach((name, value) -> fields.put(name, Secret.of(value)));
            return new SecretFields(fields);
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    /** The same record under the keyring's primary key and a new key of its own. */
    static byte[] encryptAnew(Aead keyring, VaultPath path, int version, byte[] ciphertext)
            throws GeneralSecurityException {
        byte[] plaintext = envelope(keyring).decrypt(ciphertext, place(path, version));
        try {
            return envelope(keyring).encrypt(plaintext, place(path, version));
        } finally {
            Arrays.fill(plaintext, (byte) 0);
        }
    }

    /**
     * What stands at bytes 5 to 9 of a ciphertext under that key of the keyring: after the length of the encrypted key,
     * Tink's output prefix (type 1, id of the key).
     */
    static byte[] mark(int keyId) {
        return ByteBuffer.allocate(5).put((byte) 1).putInt(keyId).array();
    }

    private static Aead envelope(Aead keyring) throws GeneralSecurityException {
        return new PlatformThreadAead(KmsEnvelopeAead.create(PredefinedAeadParameters.AES256_GCM, keyring));
    }

    /** A path has no zero byte, so no two places have the same form. */
    private static byte[] place(VaultPath path, int version) {
        byte[] name = path.value().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(name.length + 1 + Integer.BYTES)
                .put(name)
                .put((byte) 0)
                .putInt(version)
                .array();
    }
}
