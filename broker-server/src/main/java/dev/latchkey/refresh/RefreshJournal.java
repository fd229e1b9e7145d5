package dev.latchkey.refresh;

import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.installation.RecordSeal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.Tuple;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.UUID;
import org.hibernate.Session;

/**
 * Table {@code refresh_journal}: renewed credentials that the vault could not take, sealed. They wait there for the next
 * owner of the lease and are used for nothing else. Each method is a transaction of its own or part of the caller's.
 * Thread-safe.
 */
@ApplicationScoped
class RefreshJournal {

    private final Session session;
    private final RecordSeal seal;

    RefreshJournal(Session session, RecordSeal seal) {
        this.session = session;
        this.seal = seal;
    }

    /**
     * A credential that waits.
     *
     * @param kvVersion what the vault held before it
     */
    record Entry(UUID attempt, UUID connection, int kvVersion, Credential credential) {}

    /** Keeps a credential; committed when this returns. */
    @Transactional
    void keep(UUID connection, int kvVersion, Credential credential) {
        UUID attempt = UUID.randomUUID();
        byte[] sealed = seal.seal(CredentialCodec.encode(credential), place(attempt, connection, kvVersion));
        session.createNativeQuery("""
                        insert into refresh_journal (attempt, connection, kv_version, ciphertext)
                        values (:attempt, :connection, :kv, :ciphertext)
                        """)
                .setParameter("attempt", attempt)
                .setParameter("connection", connection)
                .setParameter("kv", kvVersion)
                .setParameter("ciphertext", sealed)
                .executeUpdate();
    }

    /** What waits for a connection, oldest first. */
    @Transactional
    List<Entry> of(UUID connection) {
        return session.createNativeQuery(
                        "select attempt, connection, kv_version, ciphertext from refresh_journal"
                                + " where connection = :connection order by created_at",
                        Tuple.class)
                .setParameter("connection", connection)
                .getResultStream()
                .map(this::entry)
                .toList();
    }

    /** Connections that ended while a credential of theirs waited. */
    @Transactional
    List<UUID> orphaned() {
        return session
                .createNativeQuery(
                        "select distinct j.connection from refresh_journal j"
                                + " join connection c on c.id = j.connection where c.status <> 'active'",
                        UUID.class)
                .getResultList()
                .stream()
                .toList();
    }

    /** Forgets a credential that is stored, or not needed any more. */
    @Transactional
    void remove(Entry entry) {
        session.createNativeQuery("delete from refresh_journal where attempt = :attempt")
                .setParameter("attempt", entry.attempt())
                .executeUpdate();
    }

    private Entry entry(Tuple row) {
        UUID attempt = row.get(0, UUID.class);
        UUID connection = row.get(1, UUID.class);
        int kvVersion = row.get(2, Number.class).intValue();
        return new Entry(
                attempt,
                connection,
                kvVersion,
                CredentialCodec.decode(seal.open(row.get(3, byte[].class), place(attempt, connection, kvVersion))));
    }

    private static String place(UUID attempt, UUID connection, int kvVersion) {
        return attempt + "/" + connection + "/" + kvVersion;
    }
}
