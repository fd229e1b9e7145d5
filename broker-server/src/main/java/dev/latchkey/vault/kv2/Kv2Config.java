package dev.latchkey.vault.kv2;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Where the Vault or OpenBao is that {@code latchkey.vault.kind=kv2} keeps secrets in, and how the broker logs in. */
@ConfigMapping(prefix = "latchkey.vault.kv2")
public interface Kv2Config {

    /** Address of the server or cluster, such as {@code https://vault.example.org:8200}; without a path. */
    Optional<URI> address();

    /**
     * Whether {@code http} is accepted for an address that is not loopback. Tokens and secrets then travel in the clear:
     * only where something else encrypts the way, such as a service mesh.
     */
    @WithDefault("false")
    boolean allowPlainHttp();

    /** PEM file with the certificates that the server's must lead to. Absent: those that Java trusts. */
    Optional<Path> caFile();

    /** The namespace (OpenBao, Vault Enterprise) that both the mount and the login are in. Absent: the root. */
    Optional<String> namespace();

    /** The mount of the KV engine, version 2, that belongs to this broker alone. */
    @WithDefault("latchkey")
    String mount();

    /** The longest time of one operation in all: a login that it needs and a second look at a lost answer included. */
    @WithDefault("PT2S")
    Duration timeout();

    /** How many requests may be under way at the same time; one beyond waits for its turn within the timeout. */
    @WithDefault("64")
    int calls();

    /** How the broker proves who it is: {@code approle} or {@code jwt}. */
    @WithDefault("approle")
    Login login();

    /** Where that method is mounted below {@code auth/}. */
    @WithDefault("${latchkey.vault.kv2.login:approle}")
    String loginMount();

    /** The role to log in as; what wrapped the SecretID must name it too. */
    @WithDefault("latchkey-broker")
    String role();

    /** AppRole: the RoleID. It is not a secret. */
    Optional<String> roleId();

    /** AppRole: file with the SecretID, readable for its owner only. */
    Optional<Path> secretIdFile();

    /**
     * Whether that file holds a wrapping token, good for one unwrapping, instead of the SecretID itself. One that was
     * used already stops the start: somebody else has our SecretID. Each start needs a new one.
     */
    @WithDefault("true")
    boolean secretIdWrapped();

    /**
     * Whether the broker removes that file when it has unwrapped the SecretID, so that who delivers knows who opened it: a
     * wrapping token that was used and still lies there was used by somebody else. The folder must be writable for it.
     */
    @WithDefault("false")
    boolean secretIdFileRemove();

    /** JWT: file with the token that proves who we are; read again for each login, since such files are renewed. */
    Optional<Path> jwtFile();

    /** The ways to log in. */
    enum Login {
        APPROLE,
        JWT;

        /** The name in configuration. */
        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
