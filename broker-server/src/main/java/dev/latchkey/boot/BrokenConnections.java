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
import org.postgresql.PGConnection;

/**
 * When a connection of either pool turns out to be dead, the idle ones are closed as well: they lead to the same server, and
 * callers would else find out about them one after the other, each in the time that a lost answer takes (R45, R46).
 */
@Singleton
@Default
@DataSource("vault")
final class BrokenConnections implements AgroalPoolInterceptor {

    private static final Logger LOG = Logger.getLogger(BrokenConnections.class);

    /** SQLSTATE connection_does_not_exist. */
    private static final String CLOSED = "08003";

    private final Instance<AgroalDataSource> pools;

    BrokenConnections(@Any Instance<AgroalDataSource> pools) {
        this.pools = pools;
    }

    @Override
    public void onConnectionDestroy(Connection connection) {
        if (isDead(connection)) {
            LOG.info("a connection to the database was lost; the idle ones are closed with it");
            pools.forEach(pool -> pool.flush(AgroalDataSource.FlushMode.IDLE));
        }
    }

    /**
     * The driver has closed a connection whose socket failed, and then it does not even tell what it is; one that the pool
     * gives up by itself is still open.
     */
    private static boolean isDead(Connection connection) {
        try {
            return connection.unwrap(PGConnection.class) instanceof Connection real && real.isClosed();
        } catch (SQLException e) {
            return CLOSED.equals(e.getSQLState());
        }
    }
}
