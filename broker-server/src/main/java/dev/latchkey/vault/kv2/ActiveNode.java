package dev.latchkey.vault.kv2;

import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault.StaleReads;
import dev.latchkey.vault.VaultPath;
import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import java.util.Optional;

/**
 * Reads past standbys that lag. A change is always forwarded to the active node, whose answer says how far the store is;
 * a read that demands as much is forwarded too where the standby has less. Stateless.
 */
final class ActiveNode {

    /** Never written: removing it changes nothing. */
    private static final VaultPath NOTHING = VaultPath.installation("nothing");

    private final Kv2Server server;
    private final String mount;

    ActiveNode(Kv2Server server, String mount) {
        this.server = server;
        this.mount = mount;
    }

    /** What the active node answers; where it says nothing about how far it is, no standby answers by itself. */
    Answer read(Secret token, VaultPath path, Deadline deadline) {
        return read(token, path.value(), deadline);
    }

    /** The same of one version, whether or not it is the current one. */
    Answer readVersion(Secret token, VaultPath path, int version, Deadline deadline) {
        return read(token, path.value() + "?version=" + version, deadline);
    }

    private Answer read(Secret token, String place, Deadline deadline) {
        Kv2Server.Progress progress = server.progress(token, mount, NOTHING.value(), deadline);
        if (!progress.answer().isDone()) {
            return progress.answer();
        }
        return server.readNotBefore(token, mount, place, progress.index(), deadline);
    }

    /** Whether standbys answer reads, if the server lets us know: one without others needs no rights to be asked. */
    StaleReads staleReads(Secret token, Deadline deadline) {
        if (says(server.leader(deadline).body(), "ha_enabled", false)) {
            return StaleReads.NEVER;
        }
        Answer settings = server.settings(token, deadline);
        Optional<JsonObject> data = settings.isOk() ? settings.object("data") : Optional.empty();
        if (says(data, "disable_standby_reads", true)) {
            return StaleReads.NEVER;
        }
        return says(data, "disable_standby_reads", false) ? StaleReads.POSSIBLE : StaleReads.NOT_KNOWN;
    }

    private static boolean says(Optional<JsonObject> object, String name, boolean value) {
        return object.map(json -> json.get(name))
                .filter(JsonValue::isBoolean)
                .filter(json -> json.asBoolean() == value)
                .isPresent();
    }
}
