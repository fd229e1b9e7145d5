package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How many renewals of one partner work at the stores at a time; eight, unless it is said otherwise. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class StoreSharesTest {

    private static final int PLACES = 8;
    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);

    @Inject
    DataSource database;

    @Inject
    OrderedPoints points;

    @Test
    @DisplayName("R61 who waits for a place at the stores has no lease, and another partner's renewals do not wait")
    void boundedByPartner() throws Exception {
        Story busy = new Story().partner(Map.of());
        Story.App app = busy.app("shop");
        List<String> connections = connections(busy, app, PLACES + 1);
        String last = connections.getLast();
        Story other = new Story().partner(Map.of());
        Story.App otherApp = other.app("shop");
        String elsewhere = other.active(otherApp, "read");
        CountDownLatch arrived = new CountDownLatch(PLACES);
        CountDownLatch gate = new CountDownLatch(1);
        connections.subList(0, PLACES).forEach(id -> points.order(KillPoint.K2, id, () -> hold(arrived, gate)));

        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            connections.subList(0, PLACES).forEach(id -> callers.submit(() -> longer(app, id)));
            assertThat(arrived.await(60, TimeUnit.SECONDS)).isTrue();
            Future<Answer> waiting = callers.submit(() -> longer(app, last));

            assertThat(longer(otherApp, elsewhere).code()).isEqualTo("cannot_satisfy_min_ttl");
            assertThat(other.refreshes()).isEqualTo(1);
            await().during(Duration.ofSeconds(1)).until(() -> !leased(last) && !waiting.isDone());
            gate.countDown();
            assertThat(waiting.get().code()).isEqualTo("cannot_satisfy_min_ttl");
        } finally {
            gate.countDown();
        }
        assertThat(busy.control().count(busy.sandboxName(), "refresh")).isEqualTo(PLACES + 1);
    }

    @Test
    @DisplayName("R2 R61 the place is given back while the partner is asked: more than its places are on their way")
    void givenBackMeanwhile() throws Exception {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        List<String> connections = connections(story, app, 2 * PLACES);
        CountDownLatch arrived = new CountDownLatch(connections.size());
        CountDownLatch gate = new CountDownLatch(1);
        connections.forEach(id -> points.order(KillPoint.K9, id, () -> hold(arrived, gate)));
        List<Future<Answer>> answers = new ArrayList<>();

        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            connections.forEach(id -> answers.add(callers.submit(() -> longer(app, id))));
            assertThat(arrived.await(60, TimeUnit.SECONDS)).isTrue(); // not if nobody gives a place back
            assertThat(answers).noneMatch(Future::isDone);
            gate.countDown();
        } finally {
            gate.countDown();
        }
        assertThat(answers).extracting(answer -> answer.get().code()).containsOnly("cannot_satisfy_min_ttl");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(connections.size());
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        StoreShares shares =
                new StoreShares(Configs.of(RefreshConfig.class, Map.of("latchkey.refresh.stores-at-once", "1")));
        StoreShares.Share first = shares.await("p");
        first.giveBack();
        first.close();
        first.takeSoon();
        CountDownLatch taken = new CountDownLatch(1);
        Thread second = Thread.ofVirtual().start(() -> {
            try (StoreShares.Share share = shares.await("p")) {
                taken.countDown();
            }
        });

        assertThat(shares.await("another")).isNotNull();
        await().atMost(Duration.ofSeconds(60)).until(() -> second.getState() == Thread.State.TIMED_WAITING);
        assertThat(taken.getCount()).isEqualTo(1);
        first.close();
        await().atMost(Duration.ofSeconds(60)).until(() -> taken.getCount() == 0);
    }

    @Test
    void whatHasToBeDoneIsDoneWithoutAPlace() {
        StoreShares shares =
                new StoreShares(Configs.of(RefreshConfig.class, Map.of("latchkey.refresh.stores-at-once", "1")));
        StoreShares.Share failed = shares.await("p");
        failed.giveBack();
        try (StoreShares.Share busy = shares.await("p")) {
            failed.takeSoon();
            failed.close();
            Thread next = Thread.ofVirtual().start(() -> shares.await("p").close());
            await().atMost(Duration.ofSeconds(60)).until(() -> next.getState() == Thread.State.TIMED_WAITING);
            assertThat(busy).isNotNull();
        }
    }

    private static List<String> connections(Story story, Story.App app, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> story.active(app, "read"))
                .toList();
    }

    private static void hold(CountDownLatch arrived, CountDownLatch gate) {
        arrived.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean leased(String connection) {
        return !new BrokerTables(database)
                .texts("select id from connection where id = ? and lease_until > now()", UUID.fromString(connection))
                .isEmpty();
    }

    private static Answer longer(Story.App app, String connection) {
        return app.api().post("/connections/" + connection + "/token", LONGER);
    }
}
