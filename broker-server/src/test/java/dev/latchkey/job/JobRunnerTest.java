package dev.latchkey.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.audit.Actor;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class JobRunnerTest {

    private final DataSource database = TestDatabase.dataSource(TestDatabase.migrated());

    @Test
    @DisplayName("a job that fails runs again, as an actor of its own name each time, and does not stop the others")
    void runsAgain() {
        Recording failing = new Recording("failing", true);
        Recording working = new Recording("working", false);
        JobRunner runner = new JobRunner(database, List.of(failing, working), Clock.systemUTC());
        runner.start(new StartupEvent());
        try {
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(failing.actors).hasSizeGreaterThanOrEqualTo(2);
                assertThat(working.actors).hasSizeGreaterThanOrEqualTo(2);
            });
        } finally {
            runner.stop(new ShutdownEvent());
        }
        assertThat(failing.actors).extracting(Actor::id).containsOnly("failing");
        assertThat(failing.actors).extracting(Actor::requestId).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("after the stop nothing runs any more")
    void stops() {
        Recording job = new Recording("job", false);
        JobRunner runner = new JobRunner(database, List.of(job), Clock.systemUTC());
        runner.start(new StartupEvent());
        await().atMost(Duration.ofSeconds(60)).until(() -> !job.actors.isEmpty());

        runner.stop(new ShutdownEvent());

        int runs = job.actors.size();
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(60)).until(() -> job.actors.size() == runs);
    }

    /** Notes who it ran as. */
    private static final class Recording implements Job {

        private final String name;
        private final boolean fails;
        private final List<Actor> actors = new CopyOnWriteArrayList<>();

        private Recording(String name, boolean fails) {
            this.name = name;
            this.fails = fails;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Duration pause() {
            return Duration.ofMillis(100);
        }

        @Override
        public void run(Actor actor) {
            actors.add(actor);
            if (fails) {
                throw new IllegalStateException("as ordered");
            }
        }
    }
}
