package dev.latchkey.boot;

import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.util.Map;

/**
 * How to reach a database of the broker.
 *
 * @param url JDBC address
 * @param username role that the broker works as
 * @param password of that role
 * @param ownerUsername role that owns the schema
 * @param ownerPassword of the owner role
 */
public record DatabaseAccess(String url, String username, Secret password, String ownerUsername, Secret ownerPassword) {

    /**
     * The same, with statements that repeat prepared once for each session instead of each time. Only where nobody stands
     * between who could give every transaction another session (ADR 32).
     */
    public DatabaseAccess withNamedStatements() {
        return new DatabaseAccess(
                url + (url.contains("?") ? "&" : "?") + "prepareThreshold=5",
                username,
                password,
                ownerUsername,
                ownerPassword);
    }

    /** The same as configuration; for this process only, never for an environment or a command line. */
    public Map<String, String> asProperties() {
        return Map.of(
                "latchkey.database.url", url,
                "latchkey.database.username", username,
                "latchkey.database.password", password.reveal(Purpose.STORE),
                "latchkey.database.owner-username", ownerUsername,
                "latchkey.database.owner-password", ownerPassword.reveal(Purpose.STORE));
    }
}
