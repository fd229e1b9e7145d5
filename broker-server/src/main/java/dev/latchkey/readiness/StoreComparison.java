package dev.latchkey.readiness;

import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultConfig;
import dev.latchkey.vault.VaultPath;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;

/**
 * Which connections the database and the secret store disagree about: after a restore of either, some. A store that is
 * behind holds a refresh token that may be spent, and is not used (R42); one that is ahead is the truth (R53). Changes
 * nothing.
 */
@Singleton
final class StoreComparison {

    /** Sorts before every id. */
    private static final UUID FIRST = UUID.fromString("00000000-0000-0000-0000-000000000000");

    private static final Logger LOG = Logger.getLogger(StoreComparison.class);
    private static final int PAGE = 500;
    private static final int PATIENCE_SECONDS = 30;

    private final DataSource database;
    private final CredentialVault vault;

    StoreComparison(DataSource database, CredentialVault vault) {
        this.database = database;
        this.vault = vault;
    }

    /** What the database knows of one credential. */
    private record Known(UUID connection, int version) {}

    /** Where they disagree: {@code behind} includes connections whose record is not there. */
    record Report(List<UUID> behind, List<UUID> ahead) {}

    void atStart(@Observes StartupEvent event, VaultConfig config) throws SQLException {
        if (config.compareAtStart()) {
            Report report = compare();
            report.behind().forEach(connection -> LOG.errorf("vault_behind: connection %s", connection));
            report.ahead().forEach(connection -> LOG.warnf("vault_ahead: connection %s", connection));
            LOG.infof(
                    "database and secret store compared: %d behind, %d ahead",
                    report.behind().size(), report.ahead().size());
        }
    }

    /** Reads every active connection's record. */
    Report compare() throws SQLException {
        Report report = new Report(new ArrayList<>(), new ArrayList<>());
        List<Known> page = after(FIRST);
        while (!page.isEmpty()) {
            for (Known known : page) {
                int stored = vault.read(VaultPath.connection(known.connection()), known.version())
                        .map(StoredRecord::version)
                        .orElse(CredentialVault.ABSENT);
                if (stored < known.version()) {
                    report.behind().add(known.connection());
                } else if (stored > known.version()) {
                    report.ahead().add(known.connection());
                }
            }
            page = after(page.getLast().connection());
        }
        return report;
    }

    private List<Known> after(UUID last) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement("select id, kv_version from connection"
                        + " where status = 'active' and kv_version > 0 and id > ? order by id limit " + PAGE)) {
            select.setQueryTimeout(PATIENCE_SECONDS);
            select.setObject(1, last);
            List<Known> page = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    page.add(new Known(rows.getObject(1, UUID.class), rows.getInt(2)));
                }
            }
            return page;
        }
    }
}
