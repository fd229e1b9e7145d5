package dev.latchkey.vault.kv2;

import dev.latchkey.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Login with a JWT that somebody else keeps fresh in a file, such as Kubernetes or an identity agent. */
final class JwtLogin implements Login {

    private final Kv2Config config;
    private final Kv2Server server;
    private final Path file;

    JwtLogin(Kv2Config config, Kv2Server server) {
        this.config = config;
        this.server = server;
        this.file =
                config.jwtFile().orElseThrow(() -> new IllegalStateException("latchkey.vault.kv2.jwt-file is not set"));
    }

    @Override
    public Answer attempt(Deadline deadline) {
        try {
            Secret jwt = Secret.of(Files.readString(file).strip());
            return server.loginByJwt(config.loginMount(), config.role(), jwt, deadline);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException("latchkey.vault.kv2.jwt-file cannot be read", e);
        }
    }
}
