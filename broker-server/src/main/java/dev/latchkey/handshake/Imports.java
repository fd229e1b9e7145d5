package dev.latchkey.handshake;

import dev.latchkey.oauth.Scopes;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Credentials that were obtained elsewhere, so that users need not be asked again. They wait in the vault for the approval
 * of their connection; the partner is not asked before. Thread-safe.
 */
@ApplicationScoped
class Imports {

    private final Handshakes handshakes;
    private final CredentialVault vault;

    Imports(Handshakes handshakes, CredentialVault vault) {
        this.handshakes = handshakes;
        this.vault = vault;
    }

    void keep(UUID connection, Partner partner, Scopes scopes, Map<String, Secret> given) {
        Importable protocol = handshakes
                .importable(partner)
                .orElseThrow(() -> BrokerException.invalid(
                        "/import", "This partner's connections have no credential but the registration's own."));
        if (!protocol.importFields().containsAll(given.keySet())) {
            throw BrokerException.invalid("/import", "There is a member that this partner's credentials do not have.");
        }
        HandshakeContext context = handshakes.context(partner, scopes);
        Credential credential = protocol.imported(context, new SecretFields(given));
        try {
            vault.write(VaultPath.brought(connection), CredentialCodec.encode(credential), CredentialVault.ABSENT);
        } catch (VersionConflictException e) {
            throw new BrokerException(ProblemType.INTERNAL, "The credential could not be kept.", e);
        }
    }

    /** What waits for a connection, if anything does. */
    Optional<Credential> waiting(UUID connection) {
        return vault.read(VaultPath.brought(connection))
                .map(StoredRecord::fields)
                .map(CredentialCodec::decode);
    }

    void drop(UUID connection) {
        vault.destroy(VaultPath.brought(connection));
    }
}
