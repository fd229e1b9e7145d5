package dev.latchkey.boot;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalPoolInterceptor;
import io.quarkus.agroal.DataSource;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import org.jboss.logging.Logger;

/**
 * When a connection of either pool turns out to be dead, the idle ones are closed as well: they lead to the same server, and
 * callers would else find out about them one after the other, each in the time that a lost answer takes (R45, R46).
 */
@Singleton
@Default
@DataSource("vault")
final class BrokenConnections implements AgroalPoolInterceptor {

    private static final Logger LOG = Logger.getLogger(BrokenConnections.class);

    private final Instance<AgroalDataSource> pools;

    BrokenConnections(@Any Instance<AgroalDataSource> pools) {
        this.pools = pools;
    }

    /** The driver has closed a connection whose socket failed; one that the pool gives up by itself is still open. */
    @Override
    public void onConnectionDestroy(Connection connection) {
        try {
            if (connection.unwrap(org.postgresql.PGConnection.class) instanceof Connection real && real.isClosed()) {
                LOG.info("a connection to the database was lost; the idle ones are closed with it");
                pools.forEach(pool -> pool.flush(AgroalDataSource.FlushMode.IDLE));
            }
        } catch (SQLException e) {
            LOG.debug("a connection cannot be told to be dead or alive", e);
        }
    }
}
