package dev.latchkey.connection;

import dev.latchkey.oauth.Scopes;
import java.util.List;
import java.util.Optional;

/**
 * That an app may use a connection, and how far.
 *
 * @param app the app's id
 * @param scopes the scopes it may use; empty for all of the connection's
 * @param methods the methods it may sign or proxy; if any is named, tokens are not handed out
 */
public record Grant(String app, Optional<Scopes> scopes, List<String> methods) {

    /** Copies. */
    public Grant {
        methods = List.copyOf(methods);
    }
}
