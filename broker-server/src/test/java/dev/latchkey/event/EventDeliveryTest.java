package dev.latchkey.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.audit.Actor;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The outbox and its delivery with a real PostgreSQL, the real guarded client and a receiver that verifies. */
class EventDeliveryTest {

    private static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Duration LEASE = Duration.ofMinutes(1);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private EventReceiver receiver;
    private OutboxDatabase database;
    private OutboxRows rows;
    private EventDeliveryJob job;
    private UUID connection;

    @BeforeEach
    void start() throws Exception {
        receiver = EventReceiver.start(KEY);
        database = new OutboxDatabase();
        rows = new OutboxRows(database.source());
        EventDelivery delivery = new EventDelivery(
                rows,
                new EventSigner(new OneKeyVault(), Clock.systemUTC()),
                TestOutbound.http(),
                OutboxDatabase.hourLater(),
                meters);
        job = new EventDeliveryJob(rows, delivery, TestOutbound.config(true));
        database.app("orders", receiver.url().toString());
        connection = database.connection("orders");
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    @Test
    @DisplayName("delivers an event, signed so that the library verifies it, once")
    void deliversSigned() throws Exception {
        rows.add("connection.active", connection, "{\"type\":\"connection.active\",\"partner\":\"b\u00e4nk\"}");

        run();
        run();

        assertThat(receiver.received()).singleElement().satisfies(message -> {
            assertThat(message.genuine()).isTrue();
            assertThat(message.contentType()).isEqualTo("application/json");
            assertThat(UUID.fromString(message.id())).isNotNull();
            assertThat(message.body()).isEqualTo("{\"type\":\"connection.active\",\"partner\":\"b\u00e4nk\"}");
        });
        assertThat(meters.counter("latchkey.events.delivered").count()).isEqualTo(1);
        assertThat(database.query("select count(*) from event_delivery")).isEqualTo("0");
    }

    @Test
    @DisplayName("tries again after a 500, later, with the same id")
    void triesAgainWithTheSameId() throws Exception {
        receiver.answerWith(500);
        rows.add("connection.active", connection, "{}");

        run();
        assertThat(database.query("select due_at > now() - interval '1 minute' and last_failure = 'http_500'"
                        + " and due_at > created_at + interval '1 second' from event_delivery"))
                .isEqualTo("t");
        assertThat(receiver.received()).hasSize(1);
        database.makeDue();
        run();

        assertThat(receiver.received())
                .hasSize(2)
                .extracting(EventReceiver.Received::id)
                .containsOnly(receiver.received().getFirst().id());
        assertThat(receiver.received()).allMatch(EventReceiver.Received::genuine);
        assertThat(meters.counter("latchkey.events.failed", "outcome", "retry").count())
                .isEqualTo(1);
    }

    @Test
    @DisplayName("keeps the order of a connection's events; another connection does not wait")
    void keepsTheOrder() throws Exception {
        UUID other = database.connection("orders");
        receiver.answerWith(503);
        rows.add("connection.active", connection, "1");
        run();
        rows.add("connection.expired", connection, "2");
        rows.add("connection.active", other, "other");

        run();
        assertThat(receiver.bodies()).containsExactly("1", "other");
        database.makeDue();
        run();

        assertThat(receiver.bodies()).containsExactly("1", "other", "1", "2");
    }

    @Test
    @DisplayName("an event belongs to the transaction of its change")
    void belongsToTheTransaction() throws Exception {
        try (Connection sql = database.source().getConnection()) {
            sql.setAutoCommit(false);
            OutboxRows within = new OutboxRows(new Enlisted(sql));
            within.add("connection.revoked", connection, "undone");
            sql.rollback();
            within.add("connection.revoked", connection, "done");
            run();
            assertThat(receiver.received()).isEmpty();
            sql.commit();
        }

        run();

        assertThat(receiver.bodies()).containsExactly("done");
    }

    @Test
    @DisplayName("a claim whose holder died runs out, and the holder cannot fail the event afterwards")
    void survivesALostClaim() throws Exception {
        rows.add("connection.active", connection, "1");
        ClaimedEvent lost = rows.claim(8, 8, LEASE).getFirst();
        run();
        assertThat(receiver.received()).isEmpty();

        database.run("update event_delivery set claimed_until = now() - interval '1 second'");
        ClaimedEvent held = rows.claim(8, 8, LEASE).getFirst();
        assertThat(rows.failed(lost, "timeout", Duration.ofHours(1))).isFalse();
        assertThat(database.query("select claimed_until > now() from event_delivery"))
                .isEqualTo("t");
        database.run("update event_delivery set claimed_until = now() - interval '1 second'");
        run();

        assertThat(receiver.received())
                .singleElement()
                .satisfies(
                        message -> assertThat(message.id()).isEqualTo(held.id().toString()));
    }

    @Test
    @DisplayName("gives up after 24 hours, keeps what it gave up, and goes on with the next")
    void givesUpAfterADay() throws Exception {
        receiver.answerWith(500, 500);
        rows.add("connection.active", connection, "1");
        database.run("update event_delivery set created_at = now() - interval '23 hours 59 minutes'");
        run();
        assertThat(database.query("select status from event_delivery")).isEqualTo("pending");
        rows.add("connection.expired", connection, "2");
        database.run("update event_delivery set created_at = created_at - interval '1 minute', due_at = now()");

        run();

        assertThat(receiver.bodies()).containsExactly("1", "1", "2");
        assertThat(database.query("select string_agg(status || ' ' || body || ' ' || last_failure, ',')"
                        + " from event_delivery"))
                .isEqualTo("dead 1 http_500");
        assertThat(meters.counter("latchkey.events.failed", "outcome", "dead").count())
                .isEqualTo(1);
    }

    @Test
    @DisplayName("tells the asking app and the granted ones, nobody else, and none without an events URL")
    void tellsThoseConcerned() throws Exception {
        database.app("granted", receiver.url().toString());
        database.app("stranger", receiver.url().toString());
        database.app("silent", "");
        database.grant(connection, "orders");
        database.grant(connection, "granted");
        database.grant(connection, "silent");

        rows.add("connection.active", connection, "1");

        assertThat(database.query("select string_agg(app, ',' order by app) from event_delivery"))
                .isEqualTo("granted,orders");
    }

    @Test
    @DisplayName("R64 follows no redirect")
    void followsNoRedirect() throws Exception {
        receiver.answerWith(307);
        rows.add("connection.active", connection, "1");

        run();

        assertThat(receiver.received()).hasSize(1);
        assertThat(database.query("select last_failure from event_delivery")).isEqualTo("http_307");
    }

    @Test
    @DisplayName("R129 an address that the guard forbids is never called")
    void keepsToTheGuard() throws Exception {
        database.run("update app set events_url = 'http://169.254.169.254/latest'");
        rows.add("connection.active", connection, "1");

        run();

        assertThat(database.query("select last_failure from event_delivery")).isEqualTo("not_allowed");
    }

    @Test
    @DisplayName("an app that takes no events any more is not called, and gets them if it takes them again in time")
    void waitsForAUrl() throws Exception {
        rows.add("connection.active", connection, "1");
        database.run("update app set events_url = null");
        run();
        assertThat(database.query("select last_failure from event_delivery")).isEqualTo("no_events_url");

        database.run("update app set events_url = ?", receiver.url().toString());
        database.makeDue();
        run();

        assertThat(receiver.bodies()).containsExactly("1");
    }

    @Test
    @DisplayName("an app with much to be told does not hold up another")
    void sharesFairly() throws Exception {
        for (int i = 0; i < 10; i++) {
            rows.add("connection.active", database.connection("orders"), "1");
        }
        database.app("late", receiver.url().toString());
        rows.add("connection.active", database.connection("late"), "1");

        List<ClaimedEvent> claimed = rows.claim(2, 3, LEASE);

        assertThat(claimed).extracting(ClaimedEvent::app).containsExactlyInAnyOrder("orders", "orders", "late");
    }

    private void run() {
        job.run(Actor.system(job.name(), "r-1"));
    }

    /** A connection that the caller's transaction owns, as a pool hands it out within one. */
    @SuppressWarnings("serial") // never written anywhere
    private static final class Enlisted extends PGSimpleDataSource {

        private final transient Connection connection;

        Enlisted(Connection connection) {
            this.connection = connection;
        }

        @Override
        public Connection getConnection() {
            return (Connection) java.lang.reflect.Proxy.newProxyInstance(
                    Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, args) -> {
                        return method.getName().equals("close") ? null : method.invoke(connection, args);
                    });
        }
    }

    /** A vault that holds the same events secret for every app. */
    private static final class OneKeyVault implements CredentialVault {

        @Override
        public Optional<StoredRecord> read(VaultPath path) {
            return path.value().startsWith("apps/")
                    ? Optional.of(new StoredRecord(SecretFields.of("events_secret", Secret.of(KEY)), 1))
                    : Optional.empty();
        }

        @Override
        public int write(VaultPath path, SecretFields fields, int expectedVersion) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void destroy(VaultPath path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkUsable() {}
    }
}
