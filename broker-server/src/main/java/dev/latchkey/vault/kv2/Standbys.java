package dev.latchkey.vault.kv2;

import dev.latchkey.secret.Secret;
import dev.latchkey.vault.CredentialVault.StaleReads;
import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import java.util.Optional;

/** What can be known of standbys that answer by themselves. Stateless. */
final class Standbys {

    private final Kv2Server server;

    Standbys(Kv2Server server) {
        this.server = server;
    }

    /** Whether standbys answer us, if the server lets us know: one without others needs no rights to be asked. */
    StaleReads staleReads(Secret token, Deadline deadline) {
        if (server.asksActiveNode() || says(server.leader(deadline).body(), "ha_enabled", false)) {
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
