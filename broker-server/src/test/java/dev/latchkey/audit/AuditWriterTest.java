package dev.latchkey.audit;

import static dev.latchkey.audit.AuditFixture.APP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AuditWriterTest {

    private AuditFixture audit;

    @BeforeEach
    void open() {
        audit = AuditFixture.open(Duration.ofSeconds(30), 1000);
    }

    @AfterEach
    void close() {
        audit.close();
    }

    @Test
    @DisplayName("R172 a row says who, what, about what, with what outcome, in which request, from where and when, UTC")
    void recordsEverything() {
        UUID connection = UUID.randomUUID();

        audit.write(AuditEvent.of(APP, AuditAction.TOKEN_DENIED)
                .connection(connection)
                .app("shop")
                .partner("noones")
                .token("f1")
                .detail("scopes", List.of("read", "write"))
                .denied("scope_not_granted"));

        assertThat(audit.rows()).singleElement().satisfies(row -> {
            assertThat(row.seq()).isPositive();
            assertThat(row.time()).isNotNull();
            assertThat(row.actor()).isEqualTo("shop");
            assertThat(row.actorType()).isEqualTo("app");
            assertThat(row.action()).isEqualTo("token_denied");
            assertThat(row.connection()).contains(connection);
            assertThat(row.app()).contains("shop");
            assertThat(row.partner()).contains("noones");
            assertThat(row.outcome()).isEqualTo("denied");
            assertThat(row.code()).contains("scope_not_granted");
            assertThat(row.requestId()).isEqualTo("req-1");
            assertThat(row.sourceIp()).isEqualTo("192.0.2.7");
            assertThat(row.tokenFingerprint()).contains("f1");
            assertThat(row.details().toString()).isEqualTo("{\"scopes\":[\"read\",\"write\"]}");
        });
    }

    @Test
    @DisplayName("R172 the time is the database's, with a zone")
    void takesTimeFromTheDatabase() throws Exception {
        try (Connection owner = audit.ownerConnection();
                Statement statement = owner.createStatement()) {
            var rows = statement.executeQuery("select data_type, column_default from information_schema.columns"
                    + " where table_name = 'audit_event' and column_name = 'time'");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo("timestamp with time zone");
            assertThat(rows.getString(2)).isEqualTo("clock_timestamp()");
        }
    }

    @Test
    @DisplayName("R173 whatever stands in a field, it is one row, valid JSON, and nothing is left out")
    void keepsHostileTextsInTheirField() throws Exception {
        String hostile = "a\r\nb\u001b[31m\"},{\"x\":1}\t\\u0000'; drop table audit_event; --\u2028é\uD83D\uDD11";
        Actor actor = new Actor(Actor.Type.ANONYMOUS, hostile, hostile, hostile);

        audit.write(AuditEvent.of(actor, AuditAction.AUTHENTICATION_FAILED)
                .app(hostile)
                .partner(hostile)
                .token(hostile)
                .detail(hostile, Map.of("nested", List.of(hostile)))
                .failed(hostile));

        assertThat(audit.rows()).singleElement().satisfies(row -> {
            assertThat(row.actor()).isEqualTo(hostile);
            assertThat(row.code()).contains(hostile);
            assertThat(row.details().get(hostile).get("nested").get(0).textValue())
                    .isEqualTo(hostile);
            String json = new ObjectMapper().writeValueAsString(row.details());
            assertThat(json.chars()).noneMatch(Character::isISOControl);
        });
    }

    @Test
    @DisplayName("R173 texts that the database cannot hold are replaced, so that they fail nobody's row")
    void replacesTextsThatCannotBeStored() {
        String hostile = "zero\u0000, half \uD83D pair";
        String clean = "zero\uFFFD, half \uFFFD pair";
        Actor actor = new Actor(Actor.Type.ANONYMOUS, hostile, "r", "-");

        audit.write(AuditEvent.of(actor, AuditAction.AUTHENTICATION_FAILED)
                .detail(hostile, Map.of("nested", List.of(hostile, 1, true))));

        assertThat(audit.rows()).singleElement().satisfies(row -> {
            assertThat(row.actor()).isEqualTo(clean);
            assertThat(row.details().get(clean).get("nested").get(0).textValue())
                    .isEqualTo(clean);
        });
    }

    @Test
    @DisplayName("a row that the table does not take fails alone, whoever shares its commit")
    void isolatesBadRow() throws Exception {
        try (Connection owner = audit.ownerConnection();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            audit.asOwner("alter table audit_event add constraint no_evil check (actor <> 'evil')");
            List<Future<Boolean>> good = new ArrayList<>();
            Future<Boolean> bad;
            try (Hold hold = new Hold(owner)) {
                good.add(callers.submit(() -> audit.write(event())));
                audit.awaitBlockedWriter(owner);
                Actor evil = new Actor(Actor.Type.APP, "evil", "r", "-");
                bad = callers.submit(() -> audit.write(AuditEvent.of(evil, AuditAction.TOKEN_DENIED)));
                for (int caller = 0; caller < 20; caller++) {
                    good.add(callers.submit(() -> audit.write(event())));
                }
                awaitQueued(21);
            }
            for (Future<Boolean> each : good) {
                assertThat(each.get()).isTrue();
            }
            assertThatThrownBy(bad::get).hasCauseInstanceOf(BrokerException.class);
            assertThat(audit.rows()).hasSize(21);
        } finally {
            audit.asOwner("alter table audit_event drop constraint no_evil");
        }
    }

    @Test
    @DisplayName("what comes in during a commit shares the next one, and each caller learns about its own row")
    void sharesCommits() throws Exception {
        UUID active = audit.connection("active", 7);
        UUID revoked = audit.connection("revoked", 7);
        try (Connection owner = audit.ownerConnection();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> current = new ArrayList<>();
            List<Future<Boolean>> changed = new ArrayList<>();
            try (Hold hold = new Hold(owner)) {
                callers.submit(() -> audit.write(event()));
                audit.awaitBlockedWriter(owner);
                for (int caller = 0; caller < 100; caller++) {
                    current.add(callers.submit(() -> audit.write(event().connection(active), 7)));
                    changed.add(callers.submit(() -> audit.write(event().connection(revoked), 7)));
                }
                awaitQueued(200);
            }
            for (int caller = 0; caller < 100; caller++) {
                assertThat(current.get(caller).get()).isTrue();
                assertThat(changed.get(caller).get()).isFalse();
            }
        }
        assertThat(audit.count("rows")).isEqualTo(101);
        assertThat(audit.count("commits")).isEqualTo(2);
    }

    @Test
    @DisplayName("200 callers at once make far fewer commits than rows, and one after the other every row is there")
    void sharesCommitsUnderLoad() throws Exception {
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> writes = new ArrayList<>();
            for (int caller = 0; caller < 200; caller++) {
                writes.add(callers.submit(() -> audit.write(event())));
            }
            for (Future<Boolean> write : writes) {
                assertThat(write.get()).isTrue();
            }
        }
        assertThat(audit.count("rows")).isEqualTo(200);
        assertThat(audit.count("commits")).isLessThan(100);
    }

    @Test
    @DisplayName("R104 a row about a connection that has changed is not written")
    void guardsByStatusAndVersion() {
        UUID active = audit.connection("active", 3);

        assertThat(audit.write(event().connection(active), 3)).isTrue();
        assertThat(audit.write(event().connection(active), 2)).isFalse();
        assertThat(audit.write(event().connection(active), 4)).isFalse();
        assertThat(audit.write(event().connection(audit.connection("needs_reauth", 3)), 3))
                .isFalse();
        assertThat(audit.write(event().connection(UUID.randomUUID()), 0)).isFalse();

        assertThat(audit.rows()).hasSize(1);
    }

    @Test
    @DisplayName("the same event is written once, and the guard is asked each time")
    void writesEventOnce() {
        UUID connection = audit.connection("active", 1);
        AuditEvent event = event().connection(connection);

        assertThat(audit.write(event, 1)).isTrue();
        assertThat(audit.write(event, 1)).isTrue();
        audit.asOwner("update connection set version = 2");
        assertThat(audit.write(event, 1)).isFalse();

        assertThat(audit.rows()).hasSize(1);
    }

    @Test
    @DisplayName("R168 rows of one caller are numbered in the order of its calls")
    void keepsOrder() {
        for (int call = 0; call < 20; call++) {
            audit.write(event().detail("call", call));
        }

        List<AuditRow> rows = audit.rows();
        for (int call = 0; call < 20; call++) {
            assertThat(rows.get(19 - call).details().get("call").intValue()).isEqualTo(call);
        }
        assertThat(rows).isSortedAccordingTo((one, other) -> Long.compare(other.seq(), one.seq()));
    }

    @Test
    @DisplayName("R168 without the right to write, callers are refused and nothing is written")
    void refusesWhenItMayNotWrite() {
        audit.asOwner("revoke insert on audit_event from latchkey_runtime");
        try {
            assertUnavailable(() -> audit.write(event()));
        } finally {
            audit.asOwner("grant insert on audit_event to latchkey_runtime");
        }
        assertThat(audit.rows()).isEmpty();
        assertThat(audit.write(event())).isTrue();
    }

    @Test
    @DisplayName(
            "R168 while the table is blocked, callers are refused after a bounded time; a full queue refuses at once")
    void refusesWhenBlocked() throws Exception {
        audit.close();
        audit = AuditFixture.open(Duration.ofSeconds(1), 2);
        try (Connection owner = audit.ownerConnection();
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> waiting = new ArrayList<>();
            try (Hold hold = new Hold(owner)) {
                waiting.add(callers.submit(() -> audit.write(event())));
                audit.awaitBlockedWriter(owner, () -> {
                    if (waiting.getLast().isDone()) { // given up before anybody looked
                        waiting.add(callers.submit(() -> audit.write(event())));
                    }
                });
                for (int caller = 0; caller < 10; caller++) {
                    waiting.add(callers.submit(() -> audit.write(event())));
                }
                for (Future<Boolean> each : waiting) {
                    assertThatThrownBy(each::get)
                            .isInstanceOf(ExecutionException.class)
                            .hasCauseInstanceOf(BrokerException.class);
                }
            }
        }
        // who gave up still fills the queue until the writer comes by
        await().atMost(Duration.ofSeconds(60))
                .ignoreException(BrokerException.class)
                .until(() -> audit.write(event()));
        assertThat(audit.rows()).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    @DisplayName("after the end nothing is taken any more")
    void refusesAfterTheEnd() {
        audit.write(event());
        audit.close();

        assertUnavailable(() -> audit.write(event()));
        assertThat(audit.rows()).hasSize(1);
    }

    private void awaitQueued(int rows) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> audit.writer().waiting() >= rows);
    }

    private static AuditEvent event() {
        return AuditEvent.of(APP, AuditAction.TOKEN_HANDED_OUT);
    }

    private static void assertUnavailable(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.STORE_UNAVAILABLE));
    }

    /** Blocks everybody who would write audit rows. */
    private record Hold(Connection owner) implements AutoCloseable {

        Hold {
            try {
                owner.setAutoCommit(false);
                owner.createStatement().execute("lock table audit_event in share row exclusive mode");
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            try {
                owner.commit();
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
