package dev.latchkey.vault.local;

/**
 * All records of the local store are in another one, and were compared; they are removed next. An interrupted move says
 * it again when it is repeated.
 *
 * @param records how many
 */
public record RecordsMoved(int records) {}
