package dev.latchkey.vault.installation;

import dev.latchkey.vault.SecretFields;

/**
 * Seals secrets that have to wait outside of the vault because it cannot be written just now. What is sealed opens only
 * for the place that it was sealed for. Implementations are thread-safe.
 */
public interface RecordSeal {

    /**
     * The ciphertext of some fields.
     *
     * @param fields what to seal
     * @param place where the ciphertext will lie; it is bound to it
     * @throws dev.latchkey.problem.BrokerException {@code vault_unavailable} if the key was never read and cannot be now
     */
    byte[] seal(SecretFields fields, String place);

    /**
     * What was sealed.
     *
     * @throws dev.latchkey.problem.BrokerException {@code vault_unavailable} if it was changed, moved, or the key cannot be
     *     had
     */
    SecretFields open(byte[] ciphertext, String place);
}
