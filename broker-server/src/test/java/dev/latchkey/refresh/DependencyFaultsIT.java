package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What a renewal depends on fails: a real OpenBao, a real PostgreSQL, the partner. One broker outlives all of it. With {@code
 * tests.outage} what is gone stays away longer; {@code ./latchkey faults} takes the times of the rows.
 */
class DependencyFaultsIT {

    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("tests.outage", 3));

    @TestFactory
    @DisplayName(
            "R20 R21 R22 R23 R25 R30 R34 R35 R45 R46 whatever fails around a renewal, nothing is lost or spent twice")
    Stream<DynamicTest> faults() {
        List<FaultRow> rows = DependencyFaults.run(new DependencyFaults.Outages(OUTAGE, OUTAGE));
        System.out.println(FaultTable.dependencies(rows));
        return rows.stream()
                .map(row -> DynamicTest.dynamicTest(
                        row.name(), () -> assertThat(row.breaches()).isEmpty()));
    }
}
