package dev.latchkey.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** The broker of {@link BrokerStack} with its secrets in a real OpenBao, which {@code vault-policies/setup} has set up. */
public final class OpenBaoStack implements QuarkusTestProfile {

    private static final String ADDRESS = "test.openbao.address";
    private static final String ROOT = "test.openbao.root";
    private static final String KEY = "test.openbao.key";

    @Override
    public Map<String, String> getConfigOverrides() {
        return new BrokerStack().getConfigOverrides();
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(
                new TestResourceEntry(TestDatabase.class),
                new TestResourceEntry(BrokerStack.Partners.class),
                new TestResourceEntry(Bao.class));
    }

    /** The server, with the rights of its root token. */
    public static OpenBaoServer server() {
        return OpenBaoServer.attach(URI.create(value(ADDRESS)), value(ROOT), value(KEY));
    }

    private static String value(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }

    /** Starts and stops the server with the broker. */
    public static final class Bao implements QuarkusTestResourceLifecycleManager {

        private @Nullable OpenBaoServer server;
        private @Nullable Path folder;

        @Override
        public Map<String, String> start() {
            try {
                Path made = Files.createTempDirectory("latchkey-openbao");
                folder = made;
                OpenBaoServer started = OpenBaoServer.start(made, "");
                server = started;
                started.setUp(Map.of());
                Path secret = Files.createFile(
                        made.resolve("secret-id"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(secret, started.wrappedSecretId());
                Map<String, String> properties = new HashMap<>();
                properties.put("latchkey.vault.kind", "kv2");
                properties.put("latchkey.vault.kv2.address", started.address().toString());
                properties.put("latchkey.vault.kv2.role-id", started.roleId());
                properties.put("latchkey.vault.kv2.secret-id-file", secret.toString());
                // the first login of a cold broker takes its time on a slow machine
                properties.put("latchkey.vault.kv2.timeout", "PT20S");
                properties.put(ADDRESS, started.address().toString());
                properties.put(ROOT, started.rootToken());
                properties.put(KEY, started.unsealKey());
                return properties;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {
            if (server != null) {
                server.close();
            }
            if (folder != null) {
                try (Stream<Path> tree = Files.walk(folder)) {
                    tree.sorted(Comparator.reverseOrder())
                            .forEach(path -> path.toFile().delete());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
