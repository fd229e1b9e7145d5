package dev.latchkey.handshake;

import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.util.Set;

/** A protocol whose connections have credentials of their own, which may have been obtained elsewhere before. */
public interface Importable {

    /** The names that an import may bring. */
    Set<String> importFields();

    /**
     * The credential that these fields are; the partner is not asked.
     *
     * @param given fields of {@link #importFields}
     * @throws dev.latchkey.problem.BrokerException {@code invalid_request} with a pointer below {@code /import} if they
     *     are not one
     */
    Credential imported(HandshakeContext context, SecretFields given);
}
