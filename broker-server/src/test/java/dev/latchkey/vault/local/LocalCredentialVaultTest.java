package dev.latchkey.vault.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.CredentialVaultContract;
import dev.latchkey.testkit.FaultyDataSource;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalCredentialVaultTest implements CredentialVaultContract {

    @TempDir
    Path folder;

    private VaultFixture store;
    private CredentialVault vault;

    @BeforeEach
    void open() throws Exception {
        store = VaultFixture.open(folder);
        vault = store.vault();
    }

    @Override
    public CredentialVault vault() {
        return vault;
    }

    @Override
    public List<Integer> readableVersions(VaultPath path) {
        return store.versions(path);
    }

    @Override
    public void loseNextAcknowledgement() {
        store.faults().order(FaultyDataSource.Fault.AFTER_COMMIT);
    }

    @Test
    @DisplayName("a write that did not reach the database fails, and can be tried again")
    void failsWhenNothingWasWritten() throws VersionConflictException {
        VaultPath path = CredentialVaultContract.newPath();
        store.faults().order(FaultyDataSource.Fault.BEFORE_COMMIT);

        assertUnavailable(() -> vault.write(path, CredentialVaultContract.fields("value"), 0));

        assertThat(vault.read(path)).isEmpty();
        assertThat(vault.write(path, CredentialVaultContract.fields("value"), 0))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("a destruction waits for a write under way, and removes what it wrote")
    void destroysWhatIsBeingWritten() throws Exception {
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("value"), 0);
        try (Connection writer = store.ownerConnection();
                ExecutorService destroyer = Executors.newVirtualThreadPerTaskExecutor()) {
            store.beginWrite(writer, path, 2);
            Future<?> destroyed = destroyer.submit(() -> vault.destroy(path));
            while (!destroyed.isDone() && !store.isSomebodyWaiting()) {
                Thread.sleep(5);
            }
            writer.commit();
            destroyed.get();
        }

        assertThat(readableVersions(path)).isEmpty();
    }

    @Test
    @DisplayName("a tampered ciphertext is refused and never answered")
    void refusesTamperedCiphertext() throws VersionConflictException {
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("value"), 0);
        int length = store.ciphertext(path, 1).length;

        for (int position : new int[] {0, 4, length / 2, length - 1}) {
            store.flipByte(path, position);
            assertUnavailable(() -> vault.read(path));
            store.flipByte(path, position);
        }
        assertThat(vault.read(path)).contains(new StoredRecord(CredentialVaultContract.fields("value"), 1));
    }

    @Test
    @DisplayName("a ciphertext moved to another path is refused")
    void refusesCiphertextOfAnotherPath() throws VersionConflictException {
        VaultPath victim = CredentialVaultContract.newPath();
        VaultPath attacker = CredentialVaultContract.newPath();
        vault.write(victim, CredentialVaultContract.fields("victim"), 0);
        vault.write(attacker, CredentialVaultContract.fields("attacker"), 0);

        store.overwrite(attacker, 1, store.ciphertext(victim, 1));

        assertUnavailable(() -> vault.read(attacker));
    }

    @Test
    @DisplayName("an old ciphertext put in place of a newer version is refused")
    void refusesCiphertextOfAnotherVersion() throws VersionConflictException {
        VaultPath path = CredentialVaultContract.newPath();
        vault.write(path, CredentialVaultContract.fields("old"), 0);
        vault.write(path, CredentialVaultContract.fields("new"), 1);

        store.overwrite(path, 2, store.ciphertext(path, 1));

        assertUnavailable(() -> vault.read(path));
    }

    @Test
    @DisplayName("R151 neither the database nor the same content twice shows anything of the plaintext")
    void leavesNoPlaintextInTheDatabase() throws VersionConflictException {
        VaultPath one = VaultPath.connection(UUID.randomUUID());
        VaultPath other = VaultPath.connection(UUID.randomUUID());
        vault.write(one, CredentialVaultContract.fields("canary-in-the-vault"), 0);
        vault.write(other, CredentialVaultContract.fields("canary-in-the-vault"), 0);

        assertThat(new String(store.ciphertext(one, 1), StandardCharsets.ISO_8859_1))
                .doesNotContain("canary", "refresh_token");
        assertThat(store.ciphertext(one, 1)).isNotEqualTo(store.ciphertext(other, 1));
        assertThat(store.dump()).contains(one.value()).doesNotContain("canary-in-the-vault", "refresh_token");
    }

    @Test
    @DisplayName("without its database the store is unavailable, and says so")
    void isUnavailableWithoutDatabase() throws Exception {
        VaultPath path = CredentialVaultContract.newPath();
        VaultFixture alone = VaultFixture.openAlone(folder);
        CredentialVault vault = alone.vault();
        alone.dropTable();

        assertUnavailable(() -> vault.read(path));
        assertUnavailable(() -> vault.write(path, CredentialVaultContract.fields("value"), 0));
        assertUnavailable(() -> vault.destroy(path));
        assertUnavailable(vault::checkUsable);
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.VAULT_UNAVAILABLE));
    }
}
