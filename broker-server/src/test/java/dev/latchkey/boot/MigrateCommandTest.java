package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.TestDatabase;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_OUT)
@ResourceLock(Resources.SYSTEM_ERR)
class MigrateCommandTest {

    private static final String NOWHERE = "jdbc:postgresql://127.0.0.1:1/nowhere";

    private final DatabaseAccess database = TestDatabase.direct();
    private final Map<String, String> keys = new HashMap<>(database.asProperties());

    /** What it returned and printed. */
    private record Run(int status, String out, String err) {}

    @Test
    void migratesOnceAndGivesTheRuntimeRoleItsRights() {
        Run first = run();
        Run second = run();

        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).containsPattern("migrations that ran: [1-9]");
        assertThat(second.status()).isZero();
        assertThat(second.out()).contains("migrations that ran: 0");
        assertThat(new BrokerTables(TestDatabase.dataSource(database)).texts("select id from partner"))
                .isEmpty();
    }

    @Test
    void migratesPastThePooler() {
        keys.put("latchkey.database.owner-url", database.url());
        keys.put("latchkey.database.url", NOWHERE);

        assertThat(run().status()).isZero();
    }

    @Test
    void needsNoPasswordOfTheRuntimeRole() {
        keys.remove("latchkey.database.password");

        assertThat(run().status()).isZero();
    }

    @Test
    void saysWhichKeyIsMissing() {
        for (String key : new String[] {"url", "username", "owner-username", "owner-password"}) {
            Map<String, String> before = new HashMap<>(keys);
            keys.remove("latchkey.database." + key);

            Run refused = run();

            assertThat(refused.status()).as(key).isEqualTo(1);
            assertThat(refused.err()).contains("latchkey.database." + key + " is not set");
            assertThat(refused.out()).isEmpty();
            keys.putAll(before);
        }
    }

    @Test
    void failsWithoutAServerAndTellsNoPassword() {
        keys.put("latchkey.database.url", NOWHERE);
        keys.put("latchkey.database.owner-password", "owners-canary");

        Run failed = run();

        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.err()).contains("the schema was not migrated").doesNotContain("owners-canary");
        assertThat(failed.out()).isEmpty();
    }

    private Run run() {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
        try {
            int status = new MigrateCommand(
                            new SmallRyeConfigBuilder().withDefaultValues(keys).build())
                    .run();
            return new Run(
                    status, printed.toString(StandardCharsets.UTF_8), complained.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
