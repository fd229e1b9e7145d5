package dev.latchkey.vault.kv2;

import dev.latchkey.testkit.OpenBaoServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;

/** Stores on a real server, and what they are configured with. */
final class Kv2Fixture {

    private Kv2Fixture() {}

    /** The mapping with these keys, each below {@code latchkey.vault.kv2.}, and defaults with their references. */
    static Kv2Config config(Map<String, String> keys) {
        Map<String, String> full = new HashMap<>();
        keys.forEach((name, value) -> full.put("latchkey.vault.kv2." + name, value));
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withMapping(Kv2Config.class)
                .withDefaultValues(full)
                .build()
                .getConfigMapping(Kv2Config.class);
    }

    /** What a broker needs that logs in with a fresh wrapped SecretID. */
    static Map<String, String> keys(OpenBaoServer server, URI address, Path folder) {
        return new HashMap<>(Map.of(
                "address", address.toString(),
                "role-id", server.roleId(),
                "secret-id-file", secretFile(folder, server.wrappedSecretId()).toString()));
    }

    static Path secretFile(Path folder, String content) {
        try {
            Path file = folder.resolve("secret-" + UUID.randomUUID());
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Kv2Vault vault(Map<String, String> keys, LongSupplier nanos, SimpleMeterRegistry meters) {
        return vault(keys, nanos, meters, () -> {});
    }

    static Kv2Vault vault(
            Map<String, String> keys, LongSupplier nanos, SimpleMeterRegistry meters, Runnable interceptions) {
        return new Kv2Vault(config(keys), nanos, meters, interceptions);
    }

    static Kv2Vault vault(Map<String, String> keys) {
        return vault(keys, System::nanoTime, new SimpleMeterRegistry());
    }

    /** How many logins ended like that. */
    static int logins(SimpleMeterRegistry meters, String outcome) {
        return (int) meters.counter("latchkey.vault.logins", "outcome", outcome).count();
    }
}
