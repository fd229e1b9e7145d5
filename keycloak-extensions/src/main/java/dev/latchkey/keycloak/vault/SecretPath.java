package dev.latchkey.keycloak.vault;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the secret of a name is. A name is whatever an admin of a realm writes between <code>${vault.</code> and {@code
 * }}, so it must not lead anywhere else: no separator, no dots in a row, nothing encoded, no wild card.
 */
final class SecretPath {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}");

    private SecretPath() {}

    /** The path below {@code /v1/}; empty for a name that is none. */
    static Optional<String> of(Kv2Settings settings, String name) {
        return NAME.matcher(name).matches() && !name.contains("..")
                ? Optional.of(settings.mount() + "/data/" + settings.prefix() + "/" + name)
                : Optional.empty();
    }
}
