package dev.latchkey.refresh;

import dev.latchkey.testkit.BrokerTables;
import jakarta.enterprise.inject.spi.CDI;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * For tests in a broker that say themselves when the sweep runs: the job, which runs every 30 s, could be quicker than they
 * are and settle what they have left open.
 */
interface SweepHeldBack {

    String JOB = "refresh-recovery";

    @BeforeEach
    default void holdTheSweepBack() {
        tables().holdBack(JOB);
    }

    @AfterEach
    default void letTheSweepRun() {
        tables().hurry(JOB);
    }

    private static BrokerTables tables() {
        return new BrokerTables(CDI.current().select(DataSource.class).get());
    }
}
