package dev.latchkey.refresh;

import dev.latchkey.connection.Connections;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Random interleavings of connect, renew, hand out, revoke, reconnect, kill, freeze and the end of tokens, on three
 * replicas, against {@link Reference}. {@code tests.stories} and {@code tests.steps} make it longer; a
 * failure names its seed, and {@code tests.seed} tells that story again.
 */
@QuarkusTest
@TestProfile(BrokerStack.class)
class RenewalModelIT {

    private static final int STORIES = Integer.getInteger("tests.stories", 8);
    private static final int STEPS = Integer.getInteger("tests.steps", 40);

    @Inject
    DataSource database;

    @Inject
    ReplicaParts parts;

    @Inject
    Connections connections;

    @Test
    @DisplayName(
            "R1 R3 R5 R6 R9 R10 R15 R18 R19 R20 whatever is interleaved, nothing is lost, stale, or alive after its end")
    void interleaved() {
        Long wanted = Long.getLong("tests.seed");
        for (int story = 0; story < (wanted == null ? STORIES : 1); story++) {
            long seed = wanted == null ? ThreadLocalRandom.current().nextLong(1_000_000_000) : wanted;
            System.out.println("renewal model: seed " + seed + ", " + STEPS + " steps");
            try (RenewalWorld world =
                    new RenewalWorld(parts, connections, new BrokerTables(database), new Random(seed))) {
                world.run(STEPS);
                System.out.println("renewal model: " + world);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dtests.seed=" + seed, e);
            }
        }
    }
}
