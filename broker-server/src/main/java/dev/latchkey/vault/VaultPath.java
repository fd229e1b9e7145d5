package dev.latchkey.vault;

import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Where a record lives, below the broker's own mount. Only made from ids that we generated or checked, so that no path
 * can be injected (R40).
 *
 * @param value the path, {@code folder/name}
 */
public record VaultPath(String value) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    /** Checks the form {@code folder/name}; throws {@link IllegalArgumentException} for anything else. */
    public VaultPath {
        int slash = value.indexOf('/');
        if (slash < 0
                || !NAME.matcher(value.substring(0, slash)).matches()
                || !NAME.matcher(value.substring(slash + 1)).matches()) {
            throw new IllegalArgumentException("not a vault path");
        }
    }

    /** The credential of a connection: the one stored copy of its refresh token (R13). */
    public static VaultPath connection(UUID id) {
        return new VaultPath("connections/" + id);
    }

    /** A credential that waits for the confirmation of a connection. */
    public static VaultPath staged(UUID connection) {
        return new VaultPath("staged/" + connection);
    }

    /** A credential that was brought along and waits for the approval of its connection. */
    public static VaultPath brought(UUID connection) {
        return new VaultPath("imports/" + connection);
    }

    /** What a handshake under way must remember until the browser is back. */
    public static VaultPath handshake(UUID flow) {
        return new VaultPath("handshakes/" + flow);
    }

    /** Our client's credentials at a partner. */
    public static VaultPath partner(String id) {
        return new VaultPath("partners/" + id);
    }

    /** What a partner signed its webhooks with before the last change of our registration there. */
    public static VaultPath formerWebhookSecret(String partner) {
        return new VaultPath("webhooks/" + partner);
    }

    /** A credential whose revocation at the partner is still to be done (R103). */
    public static VaultPath revocation(UUID id) {
        return new VaultPath("revocations/" + id);
    }

    /** Secrets of this installation, such as the key of fingerprints. */
    public static VaultPath installation(String name) {
        return new VaultPath("installation/" + name);
    }
}
