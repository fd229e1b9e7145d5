package dev.latchkey.nonce;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.secret.Purpose;
import dev.latchkey.testkit.TestDatabase;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lanes as in several broker processes on one database, each with a small pool of its own. */
public final class Replicas implements AutoCloseable {

    private final DatabaseAccess database;
    private final List<AgroalDataSource> pools = new ArrayList<>();
    private final Clock clock;
    private final NonceConfig config;
    private final Duration deadline;

    /** Lanes that wait for so long, on a database of their own. */
    public Replicas(Clock clock, Duration patience, int mostWaiting) {
        this(TestDatabase.migrated(), clock, patience, mostWaiting, Duration.ofSeconds(10));
    }

    /** The same on a given database, with the longest time of a call. */
    public Replicas(DatabaseAccess database, Clock clock, Duration patience, int mostWaiting, Duration deadline) {
        this.database = database;
        this.deadline = deadline;
        this.clock = clock;
        this.config = new SmallRyeConfigBuilder()
                .withMapping(NonceConfig.class)
                .withSources(new PropertiesConfigSource(
                        Map.of(
                                "latchkey.nonces.patience", patience.toString(),
                                "latchkey.nonces.most-waiting", Integer.toString(mostWaiting)),
                        "test",
                        100))
                .addDiscoveredConverters()
                .build()
                .getConfigMapping(NonceConfig.class);
    }

    /** The lanes of one more process, or of one that was started again. */
    public NonceLanes process() {
        return process(pool());
    }

    NonceLanes process(AgroalDataSource pool) {
        return new NonceLanes(new NonceRows(pool), key -> "f-" + key.sha256Hex(), clock, config, outbound());
    }

    AgroalDataSource pool() {
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

    /** Time passes for the database: every lease has ended. */
    void leasesEnd() {
        run("update nonce_lane set lease_until = now() - interval '1 second' where lease_until is not null");
    }

    void run(String sql) {
        try (Connection connection = TestDatabase.dataSource(database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    long number(String sql) {
        try (Connection connection = TestDatabase.dataSource(database).getConnection();
                ResultSet row = connection.createStatement().executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private OutboundConfig outbound() {
        return new SmallRyeConfigBuilder()
                .withMapping(OutboundConfig.class)
                .withSources(new PropertiesConfigSource(
                        Map.of("latchkey.outbound.deadline", deadline.toString()), "test", 100))
                .addDiscoveredConverters()
                .build()
                .getConfigMapping(OutboundConfig.class);
    }

    @Override
    public void close() {
        pools.forEach(AgroalDataSource::close);
    }
}
