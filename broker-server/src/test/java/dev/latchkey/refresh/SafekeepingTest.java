package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A renewed credential at a store that says that somebody else was there, and then shows nobody. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class SafekeepingTest implements SweepHeldBack {

    @Inject
    CredentialVault vault;

    @Inject
    RefreshJournal journal;

    @Inject
    LeaseRows leases;

    @Inject
    MeterRegistry meters;

    @Test
    @DisplayName("R22 R31 a conflict that shows no newer version overtakes nobody: the credential is written again")
    void writesAgain() {
        UUID connection = connection();
        int before = stored(connection).version();

        assertThat(keep(connection, before, 2)).isEqualTo(new Safekeeping.Outcome.Stored(before + 1));

        assertThat(journal.of(connection)).isEmpty();
    }

    @Test
    @DisplayName("R22 R31 a store that goes on contradicting itself has the credential go into the journal")
    void journals() {
        UUID connection = connection();
        int before = stored(connection).version();

        assertThat(keep(connection, before, Integer.MAX_VALUE)).isEqualTo(new Safekeeping.Outcome.Journalled());

        assertThat(journal.of(connection)).singleElement().satisfies(entry -> {
            assertThat(entry.kvVersion()).isEqualTo(before);
            journal.remove(entry);
        });
        assertThat(stored(connection).version()).isEqualTo(before);
    }

    /** Keeps what another connection holds, which is not what this one does. */
    private Safekeeping.Outcome keep(UUID connection, int expected, int contradictions) {
        Credential renewed = CredentialCodec.decode(stored(connection()).fields());
        Safekeeping safekeeping =
                new Safekeeping(new ContradictingVault(vault, contradictions), journal, leases, meters);
        LeaseRows.Lease lease = new LeaseRows.Lease(connection, 1, expected, true, Optional.empty(), 1);
        return safekeeping.keep(lease, renewed, expected, safekeeping.openWindow());
    }

    private StoredRecord stored(UUID connection) {
        return vault.read(VaultPath.connection(connection)).orElseThrow();
    }

    private static UUID connection() {
        Story story = new Story().partner(Map.of());
        return UUID.fromString(story.active(story.app("shop"), "read"));
    }

    /** Refuses so many writes, by what is not there. */
    private static final class ContradictingVault implements CredentialVault {

        private final CredentialVault real;
        private int contradictions;

        ContradictingVault(CredentialVault real, int contradictions) {
            this.real = real;
            this.contradictions = contradictions;
        }

        @Override
        public Optional<StoredRecord> read(VaultPath path) {
            return real.read(path);
        }

        @Override
        public int write(VaultPath path, SecretFields fields, int expectedVersion) throws VersionConflictException {
            if (contradictions > 0) {
                contradictions--;
                throw new VersionConflictException(path, expectedVersion);
            }
            return real.write(path, fields, expectedVersion);
        }

        @Override
        public void destroy(VaultPath path) {
            real.destroy(path);
        }

        @Override
        public void checkUsable() {
            real.checkUsable();
        }
    }
}
