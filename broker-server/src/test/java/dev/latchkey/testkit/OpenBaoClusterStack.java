package dev.latchkey.testkit;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The broker of {@link BrokerStack} with its secrets in three nodes of OpenBao; it knows the one that can lag. */
public final class OpenBaoClusterStack implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> all = new HashMap<>(new BrokerStack().getConfigOverrides());
        // A partner's answer is held until there is no leader, which takes its time on a slow machine.
        all.put("latchkey.outbound.deadline", "PT60S");
        return all;
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(
                new TestResourceEntry(TestDatabase.class),
                new TestResourceEntry(BrokerStack.Partners.class),
                new TestResourceEntry(Cluster.class));
    }

    /** Starts and stops the cluster with the broker; gives it to fields of the test that are of its type. */
    public static final class Cluster implements QuarkusTestResourceLifecycleManager {

        private @Nullable OpenBaoCluster cluster;
        private @Nullable Path folder;

        @Override
        public Map<String, String> start() {
            try {
                Path made = Files.createTempDirectory("latchkey-cluster");
                folder = made;
                OpenBaoCluster started = OpenBaoCluster.start(made);
                cluster = started;
                OpenBaoServer leader = started.leading();
                leader.setUp(Map.of());
                Path secret = Files.createFile(
                        made.resolve("secret-id"),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(secret, leader.wrappedSecretId());
                return Map.of(
                        "latchkey.vault.kind", "kv2",
                        "latchkey.vault.kv2.address",
                                started.laggard().address().toString(),
                        "latchkey.vault.kv2.role-id", leader.roleId(),
                        "latchkey.vault.kv2.secret-id-file", secret.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void inject(TestInjector injector) {
            injector.injectIntoFields(
                    cluster, new TestInjector.AnnotatedAndMatchesType(FromTestResource.class, OpenBaoCluster.class));
        }

        @Override
        public void stop() {
            if (cluster != null) {
                cluster.close();
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
