package dev.latchkey.vault.local;

import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultConfig;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import java.sql.SQLException;
import org.jboss.logging.Logger;

/**
 * A start on another store while the local one still holds records would begin with nothing, and make new keys: it is
 * refused, unless the operator has the records moved. Comes before all that could read or write a secret.
 */
@ApplicationScoped
final class MoveAtStart {

    private static final Logger LOG = Logger.getLogger(MoveAtStart.class);

    void atStart(
            @Observes @Priority(4) StartupEvent event,
            VaultConfig config,
            VaultTable table,
            @Any Instance<CredentialVault> stores,
            CredentialVault configured,
            Event<RecordsMoved> moves)
            throws SQLException {
        if (config.kind() == VaultConfig.Kind.LOCAL || table.isEmpty()) {
            return;
        }
        if (!config.moveLocalAtStart()) {
            throw new IllegalStateException(
                    "latchkey.vault.kind is another store than before: the local one still holds"
                            + " records, which latchkey.vault.move-local-at-start=true moves");
        }
        CredentialVault local = stores.select(Identifier.Literal.of("local")).get();
        int moved = new LocalStoreMove(table, local, configured, moves::fire).move();
        LOG.infof("%d records were moved out of the local secret store, which is empty now.", moved);
    }
}
