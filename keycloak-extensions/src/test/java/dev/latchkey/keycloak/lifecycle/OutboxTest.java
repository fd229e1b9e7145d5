package dev.latchkey.keycloak.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.keycloak.lifecycle.Change.State;
import dev.latchkey.keycloak.lifecycle.Outbox.Entry;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import liquibase.Liquibase;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The outbox on the database of Keycloak's development mode, with the tables of our changelog. */
class OutboxTest {

    private static final long NOW = 1_000_000;
    private static final long CLAIMED = NOW + 60_000;

    private EntityManagerFactory database;

    @BeforeEach
    void makeTables() throws Exception {
        String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=120000;NON_KEYWORDS=VALUE";
        try (Connection connection = DriverManager.getConnection(url)) {
            new Liquibase(
                            "META-INF/latchkey-lifecycle-changelog.xml",
                            new ClassLoaderResourceAccessor(),
                            new JdbcConnection(connection))
                    .update("");
        }
        database = new HibernatePersistenceConfiguration("outbox")
                .property("jakarta.persistence.jdbc.url", url)
                .createEntityManagerFactory();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    @DisplayName("only news are sent: an account that was never disabled is none, and nothing is said twice")
    void sendsNews() {
        write(outbox -> {
            outbox.put(Change.user("ada", State.ENABLED), NOW);
            outbox.put(Change.user("bob", State.DISABLED), NOW);
            outbox.put(Change.user("bob", State.DISABLED), NOW + 5);
            outbox.put(Change.client("bob", State.DISABLED), NOW + 6);
        });

        assertThat(claim(NOW + 10))
                .extracting(Entry::change)
                .containsExactly(Change.user("bob", State.DISABLED), Change.client("bob", State.DISABLED));
    }

    @Test
    @DisplayName("R104 changes of one principal go one after another, and their times grow")
    void keepsTheOrder() {
        write(outbox -> {
            outbox.put(Change.user("ada", State.DISABLED), NOW);
            outbox.put(Change.user("ada", State.ENABLED), NOW);
            outbox.put(Change.user("ada", State.PURGED), NOW - 1000);
            outbox.put(Change.user("bob", State.PURGED), NOW + 1);
        });

        List<Entry> first = claim(NOW + 10);
        assertThat(first)
                .extracting(Entry::change)
                .containsExactly(Change.user("ada", State.DISABLED), Change.user("bob", State.PURGED));
        assertThat(claim(NOW + 10)).isEmpty();
        write(outbox -> outbox.delivered(first.get(0)));
        List<Entry> second = claim(NOW + 10);
        assertThat(second).extracting(Entry::change).containsExactly(Change.user("ada", State.ENABLED));
        assertThat(second.get(0).happenedAt()).isGreaterThan(first.get(0).happenedAt());
        write(outbox -> outbox.delivered(second.get(0)));
        assertThat(claim(NOW + 10)).extracting(Entry::change).containsExactly(Change.user("ada", State.PURGED));
    }

    @Test
    @DisplayName("what a node has claimed comes back if it died, with the same id")
    void comesBack() {
        write(outbox -> outbox.put(Change.user("ada", State.DISABLED), NOW));
        Entry claimed = claim(NOW).get(0);

        assertThat(claim(CLAIMED - 1)).isEmpty();
        Entry again = claim(CLAIMED).get(0);

        assertThat(again.id()).isEqualTo(claimed.id());
        assertThat(again.attempts()).isEqualTo(claimed.attempts() + 1);
    }

    @Test
    @DisplayName("a dead letter holds nothing up, and no more than so many are kept")
    void buries() {
        write(outbox -> {
            outbox.put(Change.user("ada", State.DISABLED), NOW);
            outbox.put(Change.user("ada", State.ENABLED), NOW + 1);
        });
        Entry refused = claim(NOW + 10).get(0);

        write(outbox -> outbox.bury(refused));

        assertThat(claim(NOW + 10)).extracting(Entry::change).containsExactly(Change.user("ada", State.ENABLED));
        assertThat(this.<Integer>read(outbox -> outbox.bound(1))).isZero();
        assertThat(this.<Integer>read(outbox -> outbox.bound(0))).isEqualTo(1);
    }

    @Test
    @DisplayName("of too many dead letters the oldest go")
    void removesTheOldest() {
        write(outbox -> {
            outbox.put(Change.user("ada", State.DISABLED), NOW);
            outbox.put(Change.user("bob", State.DISABLED), NOW + 1);
            outbox.put(Change.user("eve", State.DISABLED), NOW + 2);
        });
        List<Entry> refused = claim(NOW + 10);
        write(outbox -> refused.subList(0, 2).forEach(outbox::bury));

        assertThat(this.<Integer>read(outbox -> outbox.bound(1))).isEqualTo(1);

        assertThat(ids("select ID from LATCHKEY_OUTBOX order by HAPPENED_AT"))
                .containsExactly(refused.get(1).id(), refused.get(2).id());
    }

    @Test
    @DisplayName("what was put off comes at its time, and holds up what follows it of the same principal")
    void postpones() {
        write(outbox -> {
            outbox.put(Change.user("ada", State.DISABLED), NOW);
            outbox.put(Change.user("ada", State.ENABLED), NOW + 1);
        });
        Entry entry = claim(NOW + 10).get(0);

        write(outbox -> outbox.postpone(entry, NOW + 500));

        assertThat(claim(NOW + 499)).isEmpty();
        assertThat(claim(NOW + 500)).extracting(Entry::id).containsExactly(entry.id());
    }

    @Test
    @DisplayName(
            "R104 what was told of who is disabled is kept, for a later change back is news; of others it is forgotten")
    void forgets() {
        write(outbox -> {
            outbox.put(Change.user("ada", State.DISABLED), NOW);
            outbox.put(Change.user("bob", State.PURGED), NOW);
            outbox.put(Change.user("eve", State.PURGED), NOW + 100);
        });

        write(outbox -> outbox.forget(NOW + 100));

        assertThat(ids("select NAME from LATCHKEY_TOLD order by NAME")).containsExactly("ada", "eve");
    }

    @Test
    @DisplayName("a change that is rolled back is not told")
    void isPartOfTheChange() {
        EntityManager session = database.createEntityManager();
        session.getTransaction().begin();
        outbox(session).put(Change.user("ada", State.DISABLED), NOW);
        session.getTransaction().rollback();
        session.close();

        assertThat(claim(NOW + 10)).isEmpty();
    }

    @Test
    @Timeout(300)
    @DisplayName("R104 of two changes at once the one that is committed last is told last")
    void ordersChangesAtOnce() throws Exception {
        write(outbox -> outbox.put(Change.user("ada", State.DISABLED), NOW));

        atOnce(Change.user("ada", State.ENABLED), Change.user("ada", State.DISABLED));

        assertThat(ids("select STATE from LATCHKEY_OUTBOX order by HAPPENED_AT"))
                .containsExactly("DISABLED", "ENABLED", "DISABLED");
        assertThat(ids("select STATE from LATCHKEY_TOLD")).containsExactly("DISABLED");
    }

    @Test
    @Timeout(300)
    @DisplayName("R104 two first changes of one principal fail nobody's request, and are one piece of news")
    void takesTwoFirstChanges() throws Exception {
        atOnce(Change.user("ada", State.DISABLED), Change.user("ada", State.DISABLED));

        assertThat(ids("select STATE from LATCHKEY_OUTBOX")).containsExactly("DISABLED");
    }

    @Test
    @DisplayName("R104 whoever finds that another has just made the row of a principal goes on with that")
    void goesOnWithTheRowOfAnother() {
        try (EntityManager session = database.createEntityManager()) {
            session.getTransaction().begin();
            new Outbox(session, work -> {
                        write(work);
                        write(work);
                    })
                    .put(Change.user("ada", State.DISABLED), NOW);
            session.getTransaction().commit();
        }

        assertThat(claim(NOW + 10)).extracting(Entry::change).containsExactly(Change.user("ada", State.DISABLED));
    }

    /** The second comes while the first is not committed yet. */
    private void atOnce(Change first, Change second) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (EntityManager session = database.createEntityManager()) {
            session.getTransaction().begin();
            outbox(session).put(first, NOW + 10);
            Future<?> other = thread.submit(() -> write(outbox -> outbox.put(second, NOW + 10)));
            await().atMost(Duration.ofSeconds(60)).until(() -> other.isDone() || isSomebodyBlocked());
            session.getTransaction().commit();
            other.get();
        } finally {
            thread.shutdown();
        }
    }

    private boolean isSomebodyBlocked() {
        return !ids("select USER_NAME from INFORMATION_SCHEMA.SESSIONS where BLOCKER_ID is not null")
                .isEmpty();
    }

    private Outbox outbox(EntityManager session) {
        return new Outbox(session, this::write);
    }

    private List<Entry> claim(long now) {
        return read(outbox -> outbox.claim(10, now, Math.max(CLAIMED, now + 60_000)));
    }

    @SuppressWarnings("unchecked") // one column of texts
    private List<String> ids(String select) {
        try (EntityManager session = database.createEntityManager()) {
            return session.createNativeQuery(select).getResultList();
        }
    }

    private void write(Consumer<Outbox> work) {
        read(outbox -> {
            work.accept(outbox);
            return 0;
        });
    }

    private <T> T read(Function<Outbox, T> work) {
        try (EntityManager session = database.createEntityManager()) {
            session.getTransaction().begin();
            T result = work.apply(outbox(session));
            session.getTransaction().commit();
            return result;
        }
    }
}
