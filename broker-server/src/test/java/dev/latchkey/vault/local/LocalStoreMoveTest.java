package dev.latchkey.vault.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.CredentialVaultContract;
import dev.latchkey.testkit.InMemoryCredentialVault;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The move out of the local store, on a real database, into a store of the same contract. */
class LocalStoreMoveTest {

    @TempDir
    Path folder;

    private final Map<VaultPath, StoredRecord> before = new HashMap<>();
    private final InMemoryCredentialVault target = new InMemoryCredentialVault();
    private final List<RecordsMoved> told = new ArrayList<>();
    private VaultFixture store;

    @BeforeEach
    void fill() throws Exception {
        store = VaultFixture.open(folder);
        for (int record = 1; record <= 4; record++) {
            VaultPath path = CredentialVaultContract.newPath();
            for (int version = 0; version < record; version++) {
                store.vault().write(path, CredentialVaultContract.fields("content-" + version), version);
            }
            before.put(path, store.vault().read(path).orElseThrow());
        }
    }

    @Test
    @DisplayName("every record arrives with its content and its version, and the local store is empty afterwards")
    void movesEverything() throws SQLException {
        assertThat(move(target)).isEqualTo(4);

        assertArrived();
        assertThat(told).containsExactly(new RecordsMoved(4));
    }

    @Test
    @DisplayName("interrupted after any number of writes it loses nothing, and a second try ends it")
    void canBeResumed() throws SQLException {
        for (int life = 0; life < 10; life++) { // ten writes are needed in all; each life but the first does one
            CredentialVault failing = new FailingAfter(target, life == 0 ? 0 : 1);
            assertThatThrownBy(() -> move(failing)).isInstanceOf(BrokerException.class);
            before.forEach(
                    (path, record) -> assertThat(store.vault().read(path)).contains(record));
        }
        move(target);

        assertArrived();
    }

    @Test
    @DisplayName(
            "what the other store holds at a later version, or with another content, is not touched, nor the local one")
    void refusesWhatIsNewerThere() throws Exception {
        Map.Entry<VaultPath, StoredRecord> any = before.entrySet().iterator().next();
        VaultPath path = any.getKey();
        int version = any.getValue().version();
        for (int written = 0; written < version; written++) {
            target.write(path, CredentialVaultContract.fields("another life"), written);
        }
        assertThatThrownBy(() -> move(target))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(path.value());
        target.write(path, CredentialVaultContract.fields("another life"), version);
        assertThatThrownBy(() -> move(target))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(path.value());

        assertThat(target.read(path))
                .contains(new StoredRecord(CredentialVaultContract.fields("another life"), version + 1));
        before.forEach((moved, record) -> assertThat(store.vault().read(moved)).contains(record));
    }

    @Test
    @DisplayName("a move that cannot be put on record removes nothing")
    void isOnRecordFirst() {
        LocalStoreMove unwitnessed = new LocalStoreMove(store.table(), store.vault(), target, moved -> {
            throw new IllegalStateException("no record");
        });

        assertThatThrownBy(unwitnessed::move).hasMessage("no record");

        before.forEach((path, record) -> assertThat(store.vault().read(path)).contains(record));
    }

    private int move(CredentialVault to) throws SQLException {
        return new LocalStoreMove(store.table(), store.vault(), to, told::add).move();
    }

    private void assertArrived() throws SQLException {
        before.forEach((path, record) -> assertThat(target.read(path)).contains(record));
        assertThat(store.table().isEmpty()).isTrue();
    }

    /** Takes some writes, and then none. */
    private static final class FailingAfter implements CredentialVault {

        private final CredentialVault behind;
        private int left;

        private FailingAfter(CredentialVault behind, int left) {
            this.behind = behind;
            this.left = left;
        }

        @Override
        public Optional<StoredRecord> read(VaultPath path) {
            return behind.read(path);
        }

        @Override
        public int write(VaultPath path, SecretFields fields, int expectedVersion) throws VersionConflictException {
            if (left-- <= 0) {
                throw new BrokerException(ProblemType.VAULT_UNAVAILABLE, "gone");
            }
            return behind.write(path, fields, expectedVersion);
        }

        @Override
        public void destroy(VaultPath path) {
            behind.destroy(path);
        }

        @Override
        public void checkUsable() {
            behind.checkUsable();
        }
    }
}
