package dev.latchkey.vault.local;

import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Moves every record of the local store to another one, at the version that it has: PostgreSQL knows these versions. A
 * store counts by itself, so the content is written as often as it has versions. First everything is copied, then
 * everything is compared, then the local records go; interrupted anywhere, it begins anew and loses nothing. Nobody else
 * may use either store meanwhile.
 */
final class LocalStoreMove {

    private static final Logger LOG = Logger.getLogger(LocalStoreMove.class);

    private final VaultTable table;
    private final CredentialVault local;
    private final CredentialVault target;
    private final Consumer<RecordsMoved> witness;

    /**
     * A move from one store to the other.
     *
     * @param witness told before anything is removed; if it fails, nothing is
     */
    LocalStoreMove(VaultTable table, CredentialVault local, CredentialVault target, Consumer<RecordsMoved> witness) {
        this.witness = witness;
        this.table = table;
        this.local = local;
        this.target = target;
    }

    /** How many records were moved; throws {@link IllegalStateException} if the target holds others at their paths. */
    int move() throws SQLException {
        List<VaultPath> paths = table.paths();
        LOG.infof("moving %d records out of the local secret store", paths.size());
        for (VaultPath path : paths) {
            copy(path, here(path));
        }
        for (VaultPath path : paths) {
            if (!target.read(path).equals(Optional.of(here(path)))) {
                throw refused(path);
            }
        }
        witness.accept(new RecordsMoved(paths.size()));
        paths.forEach(local::destroy);
        return paths.size();
    }

    private StoredRecord here(VaultPath path) {
        return local.read(path).orElseThrow(() -> refused(path));
    }

    /** What is there at a lower version is what an interrupted move has left: nobody could use it. */
    private void copy(VaultPath path, StoredRecord record) {
        Optional<StoredRecord> there = target.read(path);
        int version = there.map(StoredRecord::version).orElse(CredentialVault.ABSENT);
        if (version > record.version()) {
            throw refused(path);
        }
        while (version < record.version()) {
            version = write(path, record.fields(), version);
        }
    }

    private int write(VaultPath path, SecretFields fields, int expected) {
        try {
            return target.write(path, fields, expected);
        } catch (VersionConflictException e) {
            throw refused(path);
        }
    }

    private static IllegalStateException refused(VaultPath path) {
        return new IllegalStateException(
                "record " + path.value()
                        + " is not the same in both secret stores, and it is not clear which is the newer one; nothing was removed");
    }
}
