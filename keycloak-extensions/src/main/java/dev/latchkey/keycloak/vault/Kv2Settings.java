package dev.latchkey.keycloak.vault;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the secrets are, and how Keycloak proves itself there.
 *
 * @param address of the server
 * @param namespace of the server's, where it has such; empty for none
 * @param mount of the KV engine
 * @param prefix of the paths of Keycloak's secrets
 * @param field of the record that holds the secret
 * @param login how to log in
 * @param caFile certificates to trust beside those of the Java runtime's; PEM
 * @param timeout of a call
 */
record Kv2Settings(
        URI address,
        Optional<String> namespace,
        String mount,
        String prefix,
        String field,
        Login login,
        Optional<Path> caFile,
        Duration timeout) {

    /** Segments that no server and no proxy reads in another way. */
    private static final Pattern PATH = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}(/[a-z0-9][a-z0-9_-]{0,63}){0,5}");

    private static final String OPTIONS = "spi-vault--latchkey-kv2--";

    /** How to log in; what is secret about it stays in its file. */
    sealed interface Login permits AppRole, Jwt {

        /** The path of the auth method. */
        String mount();
    }

    /** By a role's id and the SecretID in a file. */
    record AppRole(String mount, String roleId, Path secretIdFile) implements Login {}

    /** By the JWT in a file, such as a Kubernetes service account's. */
    record Jwt(String mount, String role, Path jwtFile) implements Login {}

    /** Reads the options; half set ones stop the start, naming the option. */
    static Kv2Settings of(Function<String, @Nullable String> options) {
        return new Kv2Settings(
                address(required(options, "address")),
                optional(options, "namespace"),
                path(options, "mount", "latchkey-keycloak"),
                path(options, "prefix", "keycloak"),
                optional(options, "field").orElse("value"),
                login(options),
                optional(options, "caFile").map(Path::of),
                Duration.ofMillis(Long.parseLong(optional(options, "timeout").orElse("2000"))));
    }

    private static Login login(Function<String, @Nullable String> options) {
        String kind = optional(options, "auth").orElse("approle");
        if (kind.equals("approle")) {
            return new AppRole(
                    path(options, "authMount", "approle"),
                    required(options, "roleId"),
                    Path.of(required(options, "secretIdFile")));
        }
        if (kind.equals("jwt")) {
            return new Jwt(
                    path(options, "authMount", "jwt"),
                    required(options, "role"),
                    Path.of(required(options, "jwtFile")));
        }
        throw new IllegalArgumentException(OPTIONS + "auth is neither approle nor jwt");
    }

    private static URI address(String text) {
        URI address = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        boolean loopback = "127.0.0.1".equals(address.getHost()) || "[::1]".equals(address.getHost());
        if ("https".equals(address.getScheme()) || ("http".equals(address.getScheme()) && loopback)) {
            return address;
        }
        throw new IllegalArgumentException(OPTIONS + "address must be an https URL");
    }

    private static String path(Function<String, @Nullable String> options, String name, String otherwise) {
        String path = optional(options, name).orElse(otherwise);
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException(OPTIONS + name + " is no path");
        }
        return path;
    }

    private static String required(Function<String, @Nullable String> options, String name) {
        return optional(options, name).orElseThrow(() -> new IllegalArgumentException(OPTIONS + name + " is missing"));
    }

    private static Optional<String> optional(Function<String, @Nullable String> options, String name) {
        return Optional.ofNullable(options.apply(name)).filter(text -> !text.isBlank());
    }
}
