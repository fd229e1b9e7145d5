package dev.latchkey.boot;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.vault.VaultConfig;
import dev.latchkey.vault.local.KeysetRotation;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.UUID;
import org.jboss.logging.Logger;

/** The operator's way to new keys of the local store: {@code latchkey.vault.rotate-key-at-start}. */
@ApplicationScoped
final class KeyRotationAtStart {

    private static final Logger LOG = Logger.getLogger(KeyRotationAtStart.class);

    void atStart(@Observes StartupEvent event, VaultConfig config, KeysetRotation rotation, AuditLog audit) {
        if (config.kind() == VaultConfig.Kind.LOCAL && config.rotateKeyAtStart()) {
            int records = rotation.rotate();
            Actor self = Actor.system("key-rotation", UUID.randomUUID().toString());
            audit.append(AuditEvent.of(self, AuditAction.VAULT_KEY_ROTATED).detail("records", records));
            LOG.infof("The secret store has a new key; %d records were encrypted anew.", records);
        }
    }
}
