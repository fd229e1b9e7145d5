package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of credentials does, whatever it is made of. Implemented by the test of each. */
public interface CredentialVaultContract {

    /** The store; the same one throughout a test. */
    CredentialVault vault();

    /** Which versions of the record could still be read from the store, in ascending order. */
    List<Integer> readableVersions(VaultPath path);

    /** The next write takes effect, but the store is told that the connection was lost. */
    void loseNextAcknowledgement();

    /** A path that nobody used yet. */
    static VaultPath newPath() {
        return VaultPath.connection(UUID.randomUUID());
    }

    /** A record with one field. */
    static SecretFields fields(String value) {
        return SecretFields.of("refresh_token", Secret.of(value));
    }

    @Test
    @DisplayName("a path that was never written is empty")
    default void readsNothingFromNewPath() {
        assertThat(vault().read(newPath())).isEmpty();
    }

    @Test
    @DisplayName("versions start at 1, grow by one, and the latest is read")
    default void readsTheLatestVersion() throws VersionConflictException {
        VaultPath path = newPath();

        assertThat(vault().write(path, fields("first"), CredentialVault.ABSENT)).isEqualTo(1);
        assertThat(vault().write(path, fields("second"), 1)).isEqualTo(2);
        assertThat(vault().write(path, fields("third"), 2)).isEqualTo(3);

        assertThat(vault().read(path)).contains(new StoredRecord(fields("third"), 3));
    }

    @ParameterizedTest
    @DisplayName("a write that expects another version than the current one changes nothing")
    @ValueSource(ints = {0, 1, 3, 4})
    default void refusesOtherVersions(int expected) throws VersionConflictException {
        VaultPath path = newPath();
        vault().write(path, fields("first"), 0);
        vault().write(path, fields("second"), 1);

        assertThatThrownBy(() -> vault().write(path, fields("intruder"), expected))
                .isInstanceOf(VersionConflictException.class);

        assertThat(vault().read(path)).contains(new StoredRecord(fields("second"), 2));
    }

    @Test
    @DisplayName("a write that expects a version where there is none is a conflict")
    default void refusesVersionOfAbsentRecord() {
        VaultPath path = newPath();

        assertThatThrownBy(() -> vault().write(path, fields("value"), 1)).isInstanceOf(VersionConflictException.class);

        assertThat(vault().read(path)).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("of 50 writers that expect the same version, exactly one wins")
    @ValueSource(ints = {0, 1})
    default void letsOneOfManyWritersWin(int expected) throws Exception {
        VaultPath path = newPath();
        if (expected == 1) {
            vault().write(path, fields("before"), 0);
        }
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> results = IntStream.range(0, 50)
                    .mapToObj(writer -> writers.submit(() -> {
                        start.await();
                        return wins(path, "writer-" + writer, expected);
                    }))
                    .toList();
            start.countDown();

            int winners = 0;
            String winner = "";
            for (int writer = 0; writer < results.size(); writer++) {
                if (results.get(writer).get()) {
                    winners++;
                    winner = "writer-" + writer;
                }
            }
            assertThat(winners).isEqualTo(1);
            assertThat(vault().read(path)).contains(new StoredRecord(fields(winner), expected + 1));
        }
    }

    private boolean wins(VaultPath path, String value, int expected) {
        try {
            vault().write(path, fields(value), expected);
            return true;
        } catch (VersionConflictException e) {
            return false;
        }
    }

    @Test
    @DisplayName("a write whose acknowledgement was lost is found to be done, and is done once")
    default void findsWriteWithoutAcknowledgement() throws VersionConflictException {
        VaultPath path = newPath();
        vault().write(path, fields("first"), 0);

        loseNextAcknowledgement();
        assertThat(vault().write(path, fields("second"), 1)).isEqualTo(2);

        assertThat(vault().read(path)).contains(new StoredRecord(fields("second"), 2));
        assertThat(vault().write(path, fields("third"), 2)).isEqualTo(3);
    }

    @Test
    @DisplayName("at most the two newest versions stay readable")
    default void keepsTwoVersions() throws VersionConflictException {
        VaultPath path = newPath();
        for (int version = 0; version < 5; version++) {
            vault().write(path, fields("value-" + version), version);
        }

        assertThat(readableVersions(path)).containsExactly(4, 5);
    }

    @Test
    @DisplayName("destruction is final, and version numbers start anew")
    default void destroysForGood() throws VersionConflictException {
        VaultPath path = newPath();
        vault().write(path, fields("first"), 0);
        vault().write(path, fields("second"), 1);

        vault().destroy(path);

        assertThat(vault().read(path)).isEmpty();
        assertThat(readableVersions(path)).isEmpty();
        assertThatThrownBy(() -> vault().write(path, fields("late"), 2)).isInstanceOf(VersionConflictException.class);
        assertThat(vault().write(path, fields("new life"), CredentialVault.ABSENT))
                .isEqualTo(1);
        assertThat(vault().read(path)).contains(new StoredRecord(fields("new life"), 1));
    }

    @Test
    @DisplayName("what is not there can be destroyed")
    default void destroysWhatIsNotThere() {
        vault().destroy(newPath());
    }

    @Test
    @DisplayName("paths do not touch each other")
    default void keepsPathsApart() throws VersionConflictException {
        VaultPath one = newPath();
        VaultPath other = newPath();
        vault().write(one, fields("one"), 0);
        vault().write(other, fields("other"), 0);

        vault().destroy(one);

        assertThat(vault().read(other)).contains(new StoredRecord(fields("other"), 1));
    }

    @Test
    @DisplayName("every text comes back as it was, and every field")
    default void keepsTextsExactly() throws VersionConflictException {
        VaultPath path = newPath();
        SecretFields fields = new SecretFields(Map.of(
                "umlauts", Secret.of("Größe, 鍵, \uD83D\uDD11"),
                "controls", Secret.of("a\u0000b\r\n\t\u001b[31m\u2028"),
                "json", Secret.of("\"}],{\\u0041"),
                "spaces", Secret.of("  ")));

        vault().write(path, fields, 0);

        assertThat(vault().read(path)).contains(new StoredRecord(fields, 1));
    }

    @ParameterizedTest
    @DisplayName("R44 records of 1 byte to 64 KB are stored")
    @ValueSource(ints = {1, 8 * 1024, SecretFields.MAX_BYTES})
    default void storesUpToTheLimit(int bytes) throws VersionConflictException {
        VaultPath path = newPath();

        vault().write(path, fields("x".repeat(bytes)), 0);

        assertThat(vault().read(path)).contains(new StoredRecord(fields("x".repeat(bytes)), 1));
    }

    @ParameterizedTest
    @DisplayName("R44 larger records are refused before anything is written; bytes count, not characters")
    @ValueSource(strings = {"x", "é"})
    default void refusesOversize(String character) throws VersionConflictException {
        VaultPath path = newPath();
        vault().write(path, fields("small"), 0);
        int length = character.equals("x") ? SecretFields.MAX_BYTES + 1 : SecretFields.MAX_BYTES / 2 + 1;

        assertThatThrownBy(() -> vault().write(path, fields(character.repeat(length)), 1))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.PAYLOAD_TOO_LARGE));

        assertThat(vault().read(path)).contains(new StoredRecord(fields("small"), 1));
    }

    @Test
    @DisplayName("R157 a record prints names, never values")
    default void redacts() throws VersionConflictException {
        VaultPath path = newPath();
        vault().write(path, fields("canary-value"), 0);

        assertThat(vault().read(path).orElseThrow().toString())
                .contains("refresh_token")
                .doesNotContain("canary-value");
    }

    @Test
    @DisplayName("a store in order says so")
    default void isUsable() {
        vault().checkUsable();
    }
}
