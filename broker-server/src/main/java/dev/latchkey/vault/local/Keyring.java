package dev.latchkey.vault.local;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.latchkey.secret.OwnerOnlyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The key-encryption keys: one primary, which encrypts, and those before it, which still decrypt. A change is on disk
 * before it is used. Thread-safe, for one process: two processes on one keyset file would miss each other's changes.
 */
final class Keyring {

    private final OwnerOnlyFile file;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private KeysetHandle keys;
    private Aead aead;

    private Keyring(OwnerOnlyFile file, KeysetHandle keys) throws GeneralSecurityException {
        this.file = file;
        this.keys = keys;
        this.aead = keys.getPrimitive(RegistryConfiguration.get(), Aead.class);
    }

    /** The keys of the file. Refuses a file that others can read, with {@link IllegalStateException}. */
    static Keyring open(OwnerOnlyFile file) throws IOException, GeneralSecurityException {
        AeadConfig.register();
        return new Keyring(file, TinkJsonProtoKeysetFormat.parseKeyset(file.readText(), InsecureSecretKeyAccess.get()));
    }

    /** A new file with a first key. */
    static Keyring create(OwnerOnlyFile file) throws IOException, GeneralSecurityException {
        AeadConfig.register();
        KeysetHandle first = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM);
        save(file, first);
        return new Keyring(file, first);
    }

    /** Does something with the keys as they are; they do not change meanwhile. */
    <T> T use(Use<T> use) throws Exception {
        lock.readLock().lock();
        try {
            return use.with(aead);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The id of the key that encrypts. */
    int primaryId() {
        lock.readLock().lock();
        try {
            return keys.getPrimary().getId();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** How many keys there are. */
    int size() {
        lock.readLock().lock();
        try {
            return keys.size();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Adds a key, by which everything is encrypted from now on; returns when nothing uses the former primary to encrypt. */
    void addPrimary() throws IOException, GeneralSecurityException {
        lock.writeLock().lock();
        try {
            replace(KeysetHandle.newBuilder(keys)
                    .addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                            .withRandomId()
                            .makePrimary())
                    .build());
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Leaves only the primary key, if {@code unused} still says so when nothing else can use the keys. */
    boolean retainPrimary(Check unused) throws Exception {
        lock.writeLock().lock();
        try {
            if (!unused.holds(keys.getPrimary().getId())) {
                return false;
            }
            replace(KeysetHandle.newBuilder()
                    .addEntry(KeysetHandle.importKey(keys.getPrimary().getKey())
                            .withFixedId(keys.getPrimary().getId())
                            .makePrimary())
                    .build());
            return true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void replace(KeysetHandle next) throws IOException, GeneralSecurityException {
        Aead nextAead = next.getPrimitive(RegistryConfiguration.get(), Aead.class);
        save(file, next);
        keys = next;
        aead = nextAead;
    }

    private static void save(OwnerOnlyFile file, KeysetHandle keys) throws IOException, GeneralSecurityException {
        String json = TinkJsonProtoKeysetFormat.serializeKeyset(keys, InsecureSecretKeyAccess.get());
        file.write(json.getBytes(StandardCharsets.UTF_8));
    }

    /** What is done with the keys. */
    interface Use<T> {
        T with(Aead aead) throws Exception;
    }

    /** Whether no record needs another key than the given one. */
    interface Check {
        boolean holds(int primaryId) throws Exception;
    }
}
