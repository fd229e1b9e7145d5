package dev.latchkey.vault;

/** The version that a write expected is not the current one. Nothing was written; read again and decide anew. */
public final class VersionConflictException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Names the path, which is no secret. */
    public VersionConflictException(VaultPath path, int expectedVersion) {
        super("version " + expectedVersion + " of " + path.value() + " is not current");
    }
}
