package dev.latchkey.testkit;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A store in memory that passes {@link CredentialVaultContract} and can be told to fail. Thread-safe. */
public final class InMemoryCredentialVault implements CredentialVault {

    private final Map<VaultPath, List<StoredRecord>> records = new HashMap<>();
    private boolean loseAcknowledgement;
    private boolean usable = true;
    private volatile StaleReads staleReads = StaleReads.NEVER;

    @Override
    public synchronized Optional<StoredRecord> read(VaultPath path) {
        requireUsable();
        List<StoredRecord> versions = versions(path);
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.getLast());
    }

    @Override
    public synchronized int write(VaultPath path, SecretFields fields, int expectedVersion)
            throws VersionConflictException {
        requireUsable();
        fields.requireStorable();
        StoredRecord next = new StoredRecord(fields, expectedVersion + 1);
        try {
            put(path, next);
        } catch (LostAcknowledgement e) {
            if (!read(path).equals(Optional.of(next))) {
                throw new VersionConflictException(path, expectedVersion);
            }
        }
        return next.version();
    }

    @Override
    public synchronized void destroy(VaultPath path) {
        requireUsable();
        records.remove(path);
    }

    @Override
    public synchronized void checkUsable() {
        requireUsable();
    }

    @Override
    public StaleReads staleReads() {
        return staleReads;
    }

    /** What it says of its copies from now on. */
    public void setStaleReads(StaleReads value) {
        staleReads = value;
    }

    /** From now on every call fails with {@code vault_unavailable}, or none. */
    public synchronized void setUsable(boolean value) {
        usable = value;
    }

    /** The next write is done, but its answer is lost. */
    public synchronized void loseNextAcknowledgement() {
        loseAcknowledgement = true;
    }

    /** The versions kept of a record. */
    public synchronized List<Integer> readableVersions(VaultPath path) {
        return versions(path).stream().map(StoredRecord::version).toList();
    }

    /** Every path with a record. */
    public synchronized List<VaultPath> paths() {
        return List.copyOf(records.keySet());
    }

    private void put(VaultPath path, StoredRecord next) throws VersionConflictException, LostAcknowledgement {
        List<StoredRecord> versions = versions(path);
        int current = versions.isEmpty() ? ABSENT : versions.getLast().version();
        if (current != next.version() - 1) {
            throw new VersionConflictException(path, next.version() - 1);
        }
        List<StoredRecord> kept = new ArrayList<>(versions);
        kept.add(next);
        records.put(path, List.copyOf(kept.subList(Math.max(0, kept.size() - 2), kept.size())));
        if (loseAcknowledgement) {
            loseAcknowledgement = false;
            throw new LostAcknowledgement();
        }
    }

    private List<StoredRecord> versions(VaultPath path) {
        return records.getOrDefault(path, List.of());
    }

    private void requireUsable() {
        if (!usable) {
            throw new BrokerException(ProblemType.VAULT_UNAVAILABLE, "The secret store cannot be used.");
        }
    }

    private static final class LostAcknowledgement extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
