package dev.latchkey.vault.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.testkit.CredentialVaultContract;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysetRotationTest {

    @TempDir
    Path folder;

    private final VaultPath path = CredentialVaultContract.newPath();
    private VaultFixture store;
    private CredentialVault vault;
    private KeysetRotation rotation;

    @BeforeEach
    void open() throws Exception {
        store = VaultFixture.open(folder);
        vault = store.vault();
        rotation = store.rotation();
        vault.write(path, CredentialVaultContract.fields("before"), 0);
        vault.write(path, CredentialVaultContract.fields("content"), 1);
    }

    @Test
    @DisplayName("after a new key was added, old records are readable and new ones are under the new key")
    void readsOldRecordsAfterNewKey() throws Exception {
        byte[] before = store.ciphertext(path, 2);
        rotation.addKey();
        VaultPath later = CredentialVaultContract.newPath();
        vault.write(later, CredentialVaultContract.fields("later"), 0);

        assertThat(vault.read(path)).contains(new StoredRecord(CredentialVaultContract.fields("content"), 2));
        assertThat(store.ciphertext(path, 2)).isEqualTo(before);
        assertThat(Arrays.copyOfRange(store.ciphertext(later, 1), 4, 9))
                .isEqualTo(RecordCipher.mark(store.keyring().primaryId()));
        assertThat(keysInFile()).isEqualTo(2);
    }

    @Test
    @DisplayName("after a whole rotation everything is readable by the new key alone, also by the next process")
    void rotatesCompletely() throws Exception {
        byte[] before = store.ciphertext(path, 2);
        String oldKeyset = store.keyset().readText();

        assertThat(rotation.rotate()).isEqualTo(2);

        assertThat(store.ciphertext(path, 2)).isNotEqualTo(before);
        assertThat(keysInFile()).isEqualTo(1);
        assertThat(store.keyset().readText()).isNotEqualTo(oldKeyset);
        CredentialVault next = new LocalCredentialVault(store.table(), Keyring.open(store.keyset()));
        assertThat(next.read(path)).contains(new StoredRecord(CredentialVaultContract.fields("content"), 2));
        assertThat(next.write(path, CredentialVaultContract.fields("more"), 2)).isEqualTo(3);
    }

    @Test
    @DisplayName("a thief of the old keyset reads nothing that was encrypted anew")
    void makesOldKeysetWorthless() throws Exception {
        Files.copy(store.keyset().path(), folder.resolve("stolen.json"));
        rotation.rotate();

        CredentialVault thief = new LocalCredentialVault(
                store.table(), Keyring.open(new dev.latchkey.secret.OwnerOnlyFile(folder.resolve("stolen.json"))));

        assertThatThrownBy(() -> thief.read(path)).isInstanceOf(BrokerException.class);
    }

    @Test
    @DisplayName("an old key stays as long as a record needs it")
    void keepsKeysInUse() throws Exception {
        rotation.addKey();

        assertThatThrownBy(rotation::removeOldKeys).isInstanceOf(IllegalStateException.class);

        assertThat(keysInFile()).isEqualTo(2);
        assertThat(vault.read(path)).isPresent();
    }

    @Test
    @DisplayName("rotation under traffic loses no record")
    void rotatesUnderTraffic() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        try (ExecutorService traffic = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> writer = traffic.submit(() -> {
                int version = 2;
                while (!ended.get()) {
                    assertThat(vault.read(path)).isPresent();
                    version = vault.write(path, CredentialVaultContract.fields("version-" + (version + 1)), version);
                }
                return version;
            });
            for (int turn = 0; turn < 5; turn++) {
                rotation.rotate();
            }
            ended.set(true);

            int last = writer.get();
            assertThat(vault.read(path))
                    .contains(new StoredRecord(
                            CredentialVaultContract.fields(last == 2 ? "content" : "version-" + last), last));
        }
    }

    @Test
    @DisplayName("the keyset file is its owner's alone")
    void makesKeysetOwnerOnly() throws Exception {
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(store.keyset().path())))
                .isEqualTo("rw-------");
        rotation.addKey();
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(store.keyset().path())))
                .isEqualTo("rw-------");
    }

    @ParameterizedTest
    @DisplayName("a keyset that others can read or write is refused")
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx------"})
    void refusesOpenKeyset(String rights) throws Exception {
        Files.setPosixFilePermissions(store.keyset().path(), PosixFilePermissions.fromString(rights));

        assertThatThrownBy(() -> LocalVaultParts.open(store.keyset(), store.table()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keyset.json");
    }

    @Test
    @DisplayName("a lost keyset is not replaced by a new one that would read nothing")
    void refusesNewKeysetForOldRecords() throws Exception {
        Files.delete(store.keyset().path());

        assertThatThrownBy(() -> LocalVaultParts.open(store.keyset(), store.table()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("latchkey.vault.keyset");
        assertThat(store.keyset().exists()).isFalse();
    }

    private int keysInFile() throws Exception {
        return TinkJsonProtoKeysetFormat.parseKeyset(store.keyset().readText(), InsecureSecretKeyAccess.get())
                .size();
    }
}
