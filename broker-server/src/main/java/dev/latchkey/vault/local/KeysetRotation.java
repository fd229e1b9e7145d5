package dev.latchkey.vault.local;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Changes the keys of the local store while it is in use: {@link #addKey}, then {@link #reencrypt}, then {@link
 * #removeOldKeys}. Each step can be repeated; a crash in between leaves a store that works. See {@code
 * docs/how-to/rotate-keys.md}.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.NOT_SUPPORTED)
public final class KeysetRotation {

    private static final Logger LOG = Logger.getLogger(KeysetRotation.class);

    private final VaultTable table;
    private final Keyring keyring;

    KeysetRotation(VaultTable table, Keyring keyring) {
        this.table = table;
        this.keyring = keyring;
    }

    /** All three steps; returns the number of records that were encrypted anew. */
    public int rotate() {
        addKey();
        int rewritten = reencrypt();
        removeOldKeys();
        return rewritten;
    }

    /** Adds a key, by which every write is encrypted from now on. Records under the old keys stay readable. */
    public void addKey() {
        try {
            keyring.addPrimary();
        } catch (Exception e) {
            throw unavailable(e);
        }
    }

    /** Encrypts every record that is under an old key anew; returns how many. */
    public int reencrypt() {
        byte[] mark = RecordCipher.mark(keyring.primaryId());
        int rewritten = 0;
        try {
            List<VaultTable.Row> rows = table.notUnder(mark);
            while (!rows.isEmpty()) {
                for (VaultTable.Row row : rows) {
                    rewritten += reencrypt(row) ? 1 : 0;
                }
                rows = table.notUnder(mark);
            }
            return rewritten;
        } catch (Exception e) {
            throw unavailable(e);
        }
    }

    /** Removes all keys but the current one; {@link IllegalStateException} while a record still needs one of them. */
    public void removeOldKeys() {
        boolean removed;
        try {
            removed = keyring.retainPrimary(
                    primary -> table.notUnder(RecordCipher.mark(primary)).isEmpty());
        } catch (Exception e) {
            throw unavailable(e);
        }
        if (!removed) {
            throw new IllegalStateException("records are still encrypted by an old key");
        }
    }

    private boolean reencrypt(VaultTable.Row row) throws Exception {
        VaultPath path = row.path();
        try {
            return keyring.use(
                    keys -> table.replace(row, RecordCipher.encryptAnew(keys, path, row.version(), row.ciphertext())));
        } catch (java.security.GeneralSecurityException e) {
            LOG.errorf("Record %s does not decrypt; no key can be removed while it is there.", path.value());
            throw e;
        }
    }

    private static BrokerException unavailable(Exception cause) {
        return new BrokerException(ProblemType.VAULT_UNAVAILABLE, "The keys cannot be changed now.", cause);
    }
}
