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
