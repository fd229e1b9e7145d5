package dev.latchkey.vault;

/**
 * What the store holds at a path.
 *
 * @param fields the secrets
 * @param version the version of this content, from 1, growing by one with each write
 */
public record StoredRecord(SecretFields fields, int version) {}
