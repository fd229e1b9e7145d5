package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The time in which a renewed credential is in one memory only. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ResidualWindowTest implements SweepHeldBack {

    private static final Duration HELD = Duration.ofMillis(400);
    private static final Duration ELSEWHERE = Duration.ofSeconds(4);

    @Inject
    DataSource database;

    @Inject
    MeterRegistry meters;

    @Inject
    OrderedPoints points;

    @Test
    @DisplayName(
            "R22 the window is measured from the partner's answer to the store, and what comes before is not in it")
    void stored() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        Figures before = figures("stored");
        points.order(KillPoint.K4, connection, () -> LockSupport.parkNanos(ELSEWHERE.toNanos()));
        points.order(KillPoint.K10, connection, () -> LockSupport.parkNanos(HELD.toNanos()));

        renew(app, connection);

        Figures after = figures("stored");
        assertThat(after.count()).isEqualTo(before.count() + 1);
        assertThat(after.seconds() - before.seconds())
                .isGreaterThanOrEqualTo(HELD.toMillis() / 1000.0)
                .isLessThan(ELSEWHERE.toSeconds());
        assertThat(meters.get("latchkey.refresh.residual.window")
                        .tag("outcome", "stored")
                        .timer()
                        .takeSnapshot()
                        .histogramCounts())
                .hasSizeGreaterThan(10);
    }

    @Test
    @DisplayName("R22 what waits in the journal is safe: the window ends there")
    void journalled() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        Figures before = figures("journalled");
        points.order(
                KillPoint.K10, connection, () -> tables.asOwner("alter table local_vault rename to local_vault_away"));

        try {
            renew(app, connection);
        } finally {
            tables.asOwner("alter table if exists local_vault_away rename to local_vault");
        }

        assertThat(figures("journalled").count()).isEqualTo(before.count() + 1);
        renew(app, connection);
    }

    private static void renew(Story.App app, String connection) {
        app.api().post("/connections/" + connection + "/token", Map.of("min_ttl", 3600));
    }

    private record Figures(long count, double seconds) {}

    private Figures figures(String outcome) {
        Timer timer = meters.find("latchkey.refresh.residual.window")
                .tag("outcome", outcome)
                .timer();
        return timer == null ? new Figures(0, 0) : new Figures(timer.count(), timer.totalTime(TimeUnit.SECONDS));
    }
}
