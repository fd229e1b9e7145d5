package dev.latchkey.protection;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.outbound.CallGate;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.secret.Purpose;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.TestDatabase;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** The protection of several broker processes on one database, each with a small pool of its own. */
final class Processes implements AutoCloseable {

    private final DatabaseAccess database = TestDatabase.migrated();
    private final List<AgroalDataSource> pools = new ArrayList<>();

    /** What one process has. */
    record Process(CallGate gate, Protection protection, MeterRegistry meters) {}

    /** One more process; the keys are those below {@code latchkey.protection}. */
    Process start(Map<String, String> keys, Clock clock) {
        return process(pool(), keys, clock);
    }

    /** A process whose database is not there. */
    static Process withoutDatabase() {
        return process(TestDatabase.dataSource(TestDatabase.fresh()), Map.of(), Clock.systemUTC());
    }

    DataSource dataSource() {
        return TestDatabase.dataSource(database);
    }

    private static Process process(DataSource pool, Map<String, String> keys, Clock clock) {
        Map<String, String> whole = new HashMap<>();
        keys.forEach((name, value) -> whole.put("latchkey.protection." + name, value));
        ProtectionConfig config = Configs.of(ProtectionConfig.class, whole);
        MeterRegistry meters = new SimpleMeterRegistry();
        Shields shields = new Shields(config, meters);
        PartnerPauses pauses = new PartnerPauses(new PauseRows(pool), clock, new SecureRandom());
        SharedRates rates = new SharedRates(pool, clock);
        CallGate gate = new PartnerGate(shields, pauses, rates, config, TestOutbound.config(true), meters);
        return new Process(gate, new Protection(shields, pauses, rates, config), meters);
    }

    private AgroalDataSource pool() {
        try {
            AgroalDataSource pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(settings -> settings.maxSize(2)
                            .acquisitionTimeout(Duration.ofSeconds(5))
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(database.url())
                                    .principal(new NamePrincipal(database.username()))
                                    .credential(new SimplePassword(
                                            database.password().reveal(Purpose.STORE))))));
            pools.add(pool);
            return pool;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        pools.forEach(AgroalDataSource::close);
    }
}
