package dev.latchkey.refresh;

import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Many connections that end, or fall due, at the same moment; the partner counts. Two partners at the same time, since most
 * of it is waited. With {@code -Dtests.connections=10000} as many as the figure says.
 */
@QuarkusTest
@TestProfile(HerdTest.RenewingAhead.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HerdTest {

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    /** With the job as it is by default. */
    public static final class RenewingAhead extends BrokerStack {

        @Override
        public Map<String, String> getConfigOverrides() {
            Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
            overrides.remove("latchkey.refresh.ahead-pause");
            return overrides;
        }
    }

    @Inject
    DataSource database;

    @SuppressWarnings("NullAway.Init")
    private Future<?> together;

    @SuppressWarnings("NullAway.Init")
    private Future<?> outage;

    @BeforeAll
    void begin() {
        together = threads.submit(() -> lead(Herd::fallDue));
        outage = threads.submit(() -> lead(Herd::meetAnOutage));
    }

    @AfterAll
    void end() {
        threads.close();
    }

    @Test
    @DisplayName("R17: what ends at the same moment is renewed evenly, within the rate, before it ends")
    void endsTogether() throws Exception {
        together.get();
    }

    @Test
    @DisplayName("R62: an outage costs some twenty calls, and its end brings an even stream within the rate")
    void comesBack() throws Exception {
        outage.get();
    }

    private boolean lead(Consumer<Herd> story) throws Exception {
        try (Herd herd = new Herd(new BrokerTables(database))) {
            story.accept(herd);
        }
        return true;
    }
}
