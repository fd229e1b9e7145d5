package dev.latchkey.nonce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.Diagnosis;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.MutableClock;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Nonces on a real database; what the partner sees is in {@code CryptonexOrderTest}. */
class NonceLanesTest {

    private static final Secret KEY = Secret.of("key-1");

    private final MutableClock clock = new MutableClock(Clock.systemUTC().instant());
    private final Replicas replicas = new Replicas(clock, Duration.ofSeconds(30), 1000);

    @AfterEach
    void stop() {
        replicas.close();
    }

    @Test
    @DisplayName("R114 turns of three processes exclude each other, and nonces grow in the order of turns")
    void oneAfterAnother() {
        List<NonceLanes> processes = List.of(replicas.process(), replicas.process(), replicas.process());
        AtomicInteger next = new AtomicInteger();
        AtomicInteger inside = new AtomicInteger();
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());

        AtOnce.run(200, () -> {
            NonceLanes lanes = processes.get(next.getAndIncrement() % 3);
            try (LaneTurn turn = lanes.takeTurn(KEY)) {
                assertThat(inside.incrementAndGet()).isEqualTo(1);
                seen.add(lanes.next(KEY, 1)[0]);
                Thread.sleep(2);
                inside.decrementAndGet();
            }
            return true;
        });

        assertThat(seen).hasSize(200).isSorted().doesNotHaveDuplicates();
        assertThat(replicas.number("select epoch from nonce_lane"))
                .as("a process serves many before it passes the lane on")
                .isLessThan(100);
    }

    @Test
    @DisplayName("R114 the lane goes round: no process waits until another one has nothing left to do")
    void goesRound() throws InterruptedException {
        NonceLanes busy = replicas.process();
        CountDownLatch served = new CountDownLatch(1);
        List<Thread> crowd = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            crowd.add(Thread.startVirtualThread(() -> {
                while (served.getCount() > 0) {
                    busy.next(KEY, 1);
                }
            }));
        }
        replicas.process().next(KEY, 1);
        served.countDown();
        for (Thread one : crowd) {
            one.join();
        }
        assertThat(replicas.number("select epoch from nonce_lane")).isGreaterThan(1);
    }

    @Test
    void numbersABatchInOrder() {
        NonceLanes lanes = replicas.process();
        try (LaneTurn turn = lanes.takeTurn(KEY)) {
            long[] batch = lanes.next(KEY, 100);
            long[] more = lanes.next(KEY, 2);
            assertThat(batch).isSorted().doesNotHaveDuplicates();
            assertThat(more[0]).isGreaterThan(batch[99]);
            assertThat(batch[0]).isGreaterThan(clock.millis());
        }
        assertThatThrownBy(() -> lanes.next(KEY, 101)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("R115 a hundred crashes with a turn open: every next nonce is larger than all before")
    void crashes() {
        long largest = clock.millis();
        for (int i = 0; i < 100; i++) {
            NonceLanes lanes = replicas.process();
            LaneTurn neverClosed = lanes.takeTurn(KEY);
            for (long nonce : lanes.next(KEY, 1 + i % 5)) {
                assertThat(nonce).isGreaterThan(largest);
                largest = nonce;
            }
            assertThat(neverClosed).isNotNull();
            replicas.leasesEnd();
            replicas.close();
        }
        assertThat(replicas.number("select reserved_up_to from nonce_lane")).isGreaterThanOrEqualTo(largest);
    }

    @Test
    @DisplayName("R115 a nonce is reserved in the database before it is given out")
    void reservedBefore() {
        NonceLanes lanes = replicas.process();
        try (LaneTurn turn = lanes.takeTurn(KEY)) {
            long nonce = lanes.next(KEY, 1)[0];
            assertThat(replicas.number("select reserved_up_to from nonce_lane")).isGreaterThanOrEqualTo(nonce);
        }
        long given = lanes.next(KEY, 1)[0];
        assertThat(replicas.number("select reserved_up_to from nonce_lane")).isEqualTo(given);
    }

    @Test
    @DisplayName("R115 the clock goes back an hour")
    void clockBack() {
        long before = replicas.process().next(KEY, 1)[0];
        clock.advance(Duration.ofHours(-1));
        assertThat(replicas.process().next(KEY, 1)[0]).isGreaterThan(before);
    }

    @Test
    @DisplayName("R115 the database comes back an hour old while the clock is right, also under a running process")
    void restored() {
        NonceLanes running = replicas.process();
        running.next(KEY, 1);
        long anHourAgo = replicas.number("select reserved_up_to from nonce_lane");
        clock.advance(Duration.ofHours(1));
        long largest = running.next(KEY, 100)[99];

        replicas.run("update nonce_lane set epoch = 1, reserved_up_to = " + anHourAgo);
        assertThat(running.next(KEY, 1)[0]).isGreaterThan(largest);

        clock.advance(Duration.ofSeconds(1));
        replicas.run("update nonce_lane set epoch = 1, reserved_up_to = " + anHourAgo);
        assertThat(replicas.process().next(KEY, 1)[0]).isGreaterThan(largest + 1);
    }

    @Test
    @DisplayName("R115 nonces never run ahead of the clock, so that a restore finds none in its future")
    void doNotOutrunTheClock() {
        NonceLanes lanes = replicas.process();
        Instant begin = clock.instant();
        long started = System.nanoTime();
        long last = 0;
        for (int i = 0; i < 5; i++) {
            last = lanes.next(KEY, 100)[99];
        }
        long passed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        assertThat(last - begin.toEpochMilli()).isBetween(500L, passed + 1);
    }

    @Test
    @DisplayName("R114 a lease that ran out is not used, and does not harm who has the lane now")
    void lostLease() throws InterruptedException {
        NonceLanes slow = replicas.process();
        NonceLanes quick = replicas.process();
        long later;
        try (LaneTurn turn = slow.takeTurn(KEY)) {
            slow.next(KEY, 1);
            replicas.leasesEnd();
            later = quick.next(KEY, 1)[0];
            Thread.sleep(2100); // so long that the process may no longer rely on its lease
            assertThatThrownBy(() -> slow.next(KEY, 1)).satisfies(NonceLanesTest::isBusy);
        }
        assertThat(quick.next(KEY, 1)[0]).isGreaterThan(later);
    }

    @Test
    @DisplayName("R114 a call that takes longer than most keeps its lane")
    void longTurn() {
        NonceLanes lanes = replicas.process();
        try (LaneTurn turn = lanes.takeTurn(KEY)) {
            replicas.run("update nonce_lane set lease_until = now() + interval '4 seconds'");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> replicas.number("select count(*) from nonce_lane"
                                    + " where lease_until > now() + interval '5 seconds'")
                            == 1);
        }
        assertThat(replicas.number("select count(*) from nonce_lane where lease_until is null"))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("waiting ends: 429 with Retry-After for the impatient and for the one too many")
    void boundedWait() throws InterruptedException {
        try (Replicas hasty = new Replicas(clock, Duration.ofMillis(300), 2)) {
            NonceLanes holder = hasty.process();
            NonceLanes other = hasty.process();
            try (LaneTurn turn = holder.takeTurn(KEY)) {
                assertThatThrownBy(() -> other.next(KEY, 1)).satisfies(NonceLanesTest::isBusy);
                Thread one = Thread.ofVirtual().start(() -> holderWaits(holder));
                Thread two = Thread.ofVirtual().start(() -> holderWaits(holder));
                Thread three = Thread.ofVirtual().start(() -> holderWaits(holder));
                one.join();
                two.join();
                three.join();
            }
            assertThat(other.next(KEY, 1)).hasSize(1);
        }
    }

    private static void holderWaits(NonceLanes holder) {
        assertThatThrownBy(() -> holder.takeTurn(KEY)).satisfies(NonceLanesTest::isBusy);
    }

    @Test
    @DisplayName("keys do not wait for each other, and one key is one lane whatever the registration")
    void aLaneAKey() {
        NonceLanes lanes = replicas.process();
        try (LaneTurn turn = lanes.takeTurn(KEY)) {
            assertThat(lanes.next(Secret.of("key-2"), 1)).hasSize(1);
            assertThat(lanes.next(Secret.of("key-1"), 1)).hasSize(1);
        }
        assertThat(replicas.number("select count(*) from nonce_lane")).isEqualTo(2);
    }

    @Test
    @DisplayName("R48 R49 no connection, no transaction and no advisory lock is held during a turn")
    void holdsNothing() throws Exception {
        AgroalDataSource pool = replicas.pool();
        NonceLanes lanes = replicas.process(pool);
        try (LaneTurn turn = lanes.takeTurn(KEY)) {
            lanes.next(KEY, 1);
            try (Connection one = pool.getConnection();
                    Connection two = pool.getConnection()) {
                assertThat(one.isValid(1) && two.isValid(1)).isTrue();
            }
            assertThat(replicas.number("select count(*) from pg_locks where locktype = 'advisory'"))
                    .isZero();
            assertThat(replicas.number("select count(*) from pg_stat_activity"
                            + " where datname = current_database() and state like 'idle in transaction%'"))
                    .isZero();
        }
    }

    @Test
    @DisplayName("a database that goes away ends no turn with an error, and is told as such to the next")
    void databaseGone() {
        AgroalDataSource pool = replicas.pool();
        NonceLanes lanes = replicas.process(pool);
        LaneTurn turn = lanes.takeTurn(KEY);
        lanes.next(KEY, 1);
        pool.close();
        turn.close();
        turn.close();
        assertThatThrownBy(() -> lanes.takeTurn(KEY))
                .satisfies(
                        failure -> assertThat(Diagnosis.of(failure).type()).isEqualTo(ProblemType.STORE_UNAVAILABLE));
        replicas.leasesEnd();
        assertThat(replicas.process().next(KEY, 1)).hasSize(1);
    }

    private static void isBusy(Throwable thrown) {
        assertThat(thrown).isInstanceOf(BrokerException.class);
        BrokerException problem = (BrokerException) thrown;
        assertThat(problem.type()).isEqualTo(ProblemType.RATE_LIMITED);
        assertThat(problem.retryAfter()).isPresent();
    }
}
