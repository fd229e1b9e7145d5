package dev.latchkey.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.audit.Actor;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.InMemoryCredentialVault;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Partners' messages in the outbox: whom they are for, and in which order they go out, also with several replicas. */
class PartnerEventDeliveryTest {

    private static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final int REPLICAS = 3;
    private static final int EVENTS = 40;

    private EventReceiver receiver;
    private OutboxDatabase database;
    private OutboxRows rows;

    @BeforeEach
    void start() throws Exception {
        receiver = EventReceiver.start(KEY);
        database = new OutboxDatabase();
        rows = new OutboxRows(database.source());
        database.app("orders", receiver.url().toString());
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    @Test
    @DisplayName("R127 three replicas deliver the events of a registration one by one, in order, through failures")
    void keepsOrderOnReplicas() throws Exception {
        // one that names its connection and one that does not are of one row of events
        UUID connection = granted("orders");
        for (int i = 0; i < EVENTS; i++) {
            rows.addOfPartner("bank", i % 3 == 0 ? Optional.of(connection) : Optional.empty(), Integer.toString(i));
        }
        IntStream.range(0, EVENTS).forEach(i -> receiver.answerWith(i % 5 == 0 ? 500 : 204));
        List<EventDeliveryJob> replicas = IntStream.range(0, REPLICAS)
                .mapToObj(i -> replica(new Backoff(new SecureRandom())))
                .toList();

        try (ExecutorService threads = Executors.newFixedThreadPool(REPLICAS)) {
            List<Future<?>> runs = new ArrayList<>();
            for (EventDeliveryJob replica : replicas) {
                runs.add(threads.submit(() -> work(replica)));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }

        // what failed comes again before anything else does
        List<Integer> bodies = receiver.bodies().stream().map(Integer::valueOf).toList();
        assertThat(bodies).isSorted();
        assertThat(bodies.stream().distinct()).hasSize(EVENTS);
        // each but the refused ones once
        assertThat(bodies).hasSize(EVENTS + EVENTS / 5);
        assertThat(receiver.received()).allMatch(EventReceiver.Received::genuine);
    }

    @Test
    @DisplayName(
            "R127 what a partner sent waits for what happened to the connection that it names, and the other way round")
    void keepsOrderWithTheConnection() throws Exception {
        UUID connection = granted("orders");
        receiver.answerWith(500, 500);
        rows.add("connection.active", connection, "0");
        rows.addOfPartner("bank", Optional.of(connection), "1");
        rows.addOfPartner("bank", Optional.empty(), "2");
        rows.add("connection.revoked", connection, "3");
        EventDeliveryJob job = replica(OutboxDatabase.hourLater());
        run(job);
        assertThat(receiver.bodies()).containsExactly("0");

        database.makeDue();
        run(job);
        database.makeDue();
        run(job);

        assertThat(receiver.bodies().subList(0, 4)).containsExactly("0", "0", "0", "1");
        assertThat(receiver.bodies().subList(4, 6)).containsExactlyInAnyOrder("2", "3");
    }

    @Test
    @DisplayName("R127 tells apps with a grant on a live connection, each once, and nobody who takes no events")
    void tellsTheGranted() throws Exception {
        UUID one = granted("orders");
        UUID two = granted("orders");
        database.app("silent", "");
        database.grant(one, "silent");
        database.app("late", receiver.url().toString());
        database.grant(two, "late");
        database.app("ended", receiver.url().toString());
        database.grant(granted("orders"), "ended");
        database.run("update connection set status = 'expired' where id in (select connection from connection_grant"
                + " where app = 'ended')");
        database.app("asked", receiver.url().toString());
        database.connection("asked");

        assertThat(rows.addOfPartner("bank", Optional.empty(), "{}")).isEqualTo(2);
        assertThat(rows.addOfPartner("none", Optional.empty(), "{}")).isZero();
        assertThat(database.query("select string_agg(app, ',' order by app) from event_delivery"))
                .isEqualTo("late,orders");
        assertThat(rows.liveConnections("bank", 9)).contains(one, two).hasSize(3);
        assertThat(rows.liveConnections("bank", 2)).hasSize(2);
    }

    @Test
    @DisplayName("R127 writes the contract's body around the partner's own")
    void writesTheBody() {
        UUID connection = UUID.fromString("0191d7a0-0000-7000-8000-000000000001");
        ObjectMapper json = new ObjectMapper();

        assertThat(OutboxPartnerEvents.body(json, "bank", Optional.of(connection), false, " [1.0] "))
                .isEqualTo("{\"type\":\"partner.event\",\"partner\":\"bank\","
                        + "\"connection\":\"0191d7a0-0000-7000-8000-000000000001\",\"payload\": [1.0] }");
        assertThat(OutboxPartnerEvents.body(json, "bank", Optional.empty(), true, "\"x\""))
                .isEqualTo("{\"type\":\"partner.event\",\"partner\":\"bank\",\"unsigned\":true,\"payload\":\"x\"}");
    }

    private UUID granted(String app) throws Exception {
        UUID connection = database.connection(app);
        database.grant(connection, app);
        return connection;
    }

    private void work(EventDeliveryJob replica) {
        try {
            while (!database.query("select 1 from event_delivery").isEmpty()) {
                run(replica);
                database.makeDue();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(EventDeliveryJob job) {
        job.run(Actor.system(job.name(), "r-1"));
    }

    private EventDeliveryJob replica(Backoff backoff) {
        CredentialVault vault = new InMemoryCredentialVault();
        try {
            vault.write(
                    new VaultPath("apps/orders"),
                    SecretFields.of("events_secret", Secret.of(KEY)),
                    CredentialVault.ABSENT);
        } catch (VersionConflictException e) {
            throw new IllegalStateException(e);
        }
        OutboxRows own = new OutboxRows(database.source());
        EventDelivery delivery = new EventDelivery(
                own,
                new EventSigner(vault, Clock.systemUTC()),
                TestOutbound.http(),
                backoff,
                new SimpleMeterRegistry());
        return new EventDeliveryJob(own, delivery, TestOutbound.config(true));
    }
}
