package dev.latchkey.connection;

import java.util.Optional;

/**
 * What a list of connections is narrowed to.
 *
 * @param status only this status
 * @param partner only this registration
 * @param owner only this owner
 * @param visibleTo only what this app asked for or has a grant for
 * @param before only connections created before the one of this {@code seq}
 */
record ConnectionQuery(
        Optional<ConnectionStatus> status,
        Optional<String> partner,
        Optional<String> owner,
        Optional<String> visibleTo,
        Optional<Long> before) {}
