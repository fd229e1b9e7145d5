package dev.latchkey.vault;

import java.util.Optional;

/**
 * A store of secrets with the semantics of Vault KV version 2. Implementations are thread-safe and pass {@code
 * CredentialVaultContract}.
 *
 * <p>Every method throws {@link dev.latchkey.problem.BrokerException} with {@code vault_unavailable} if the store cannot
 * be used; the outcome of a write is then unknown, and {@link #write} itself has already tried to find it out.
 */
public interface CredentialVault {

    /** The version to expect when nothing must be there yet. */
    int ABSENT = 0;

    /** The current version, or empty if there is none or it was destroyed. */
    Optional<StoredRecord> read(VaultPath path);

    /**
     * Like {@link #read(VaultPath)}, for a caller that knows a version that was stored: a store whose copies may lag reads
     * again before it returns a lower one (R31). The result may still be lower, if the store has lost that version.
     */
    default Optional<StoredRecord> read(VaultPath path, int known) {
        return read(path);
    }

    /** Whether {@link #read(VaultPath)} may be answered by a copy that lags. Never fails. */
    default StaleReads staleReads() {
        return StaleReads.NEVER;
    }

    /** What a store knows of its own copies. */
    enum StaleReads {
        /** There are none, or they do not answer. */
        NEVER,
        /** They answer. */
        POSSIBLE,
        /** The store does not tell us. */
        NOT_KNOWN
    }

    /**
     * Writes a new version if the current one is {@code expectedVersion} ({@link #ABSENT}: none). At most the two newest
     * versions stay readable (R41).
     *
     * @return the new version
     * @throws VersionConflictException if another version is current; nothing was written
     */
    int write(VaultPath path, SecretFields fields, int expectedVersion) throws VersionConflictException;

    /** Removes every version and the fact that there was one. Final; a path that is not there is no error. */
    void destroy(VaultPath path);

    /** Returns if the store can be read and written now; what readiness asks. */
    void checkUsable();
}
