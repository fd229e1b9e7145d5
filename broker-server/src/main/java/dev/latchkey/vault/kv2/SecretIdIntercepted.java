package dev.latchkey.vault.kv2;

/**
 * Somebody else has opened what wraps our SecretID, or has put another thing in its place. The start ends next.
 *
 * @param role that the SecretID is of
 */
public record SecretIdIntercepted(String role) {}
