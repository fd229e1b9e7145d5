package dev.latchkey.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Three nodes of a real OpenBao on Integrated Storage, which unseal themselves with a static key, on free ports of
 * loopback. Standbys answer reads, as they do by default. What the others send to the third one passes a relay that can be
 * frozen, so that it lags. Not thread-safe, apart from {@link #findLeader()} and {@link #node(int)}.
 */
public final class OpenBaoCluster implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int NODES = 3;

    private final List<URI> addresses = new ArrayList<>();
    private final List<ChildProcess> processes = new ArrayList<>();
    private final int[] clusterPorts = new int[NODES];
    private final FrozenRelay relay;
    private final Path folder;
    /** A hand on each, kept: whoever looks often shall find the program, and open connections, once. */
    private volatile List<OpenBaoServer> nodes;

    private OpenBaoCluster(Path folder) {
        this.folder = folder;
        for (int node = 0; node < NODES; node++) {
            addresses.add(URI.create("http://127.0.0.1:" + ChildProcess.freePort()));
            clusterPorts[node] = ChildProcess.freePort();
        }
        relay = new FrozenRelay(clusterPorts[NODES - 1]);
        nodes = attach("");
    }

    private List<OpenBaoServer> attach(String rootToken) {
        return addresses.stream()
                .map(address -> OpenBaoServer.attach(folder, address, rootToken, ""))
                .toList();
    }

    /** Starts all three in an empty folder, and waits until the standbys answer. */
    public static OpenBaoCluster start(Path folder) {
        OpenBaoCluster cluster = new OpenBaoCluster(folder);
        try {
            byte[] key = new byte[32];
            new SecureRandom().nextBytes(key);
            Files.write(folder.resolve("seal.key"), key);
            cluster.run(0);
            cluster.initialise();
            cluster.run(1);
            cluster.run(2);
            cluster.awaitAll();
        } catch (IOException e) {
            cluster.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /** A hand on one of the nodes, 0 to 2. */
    public OpenBaoServer node(int node) {
        return nodes.get(node);
    }

    /** The last node, to which a relay leads. */
    public OpenBaoServer laggard() {
        return node(NODES - 1);
    }

    /** A hand on the one that leads. */
    public OpenBaoServer leading() {
        return node(leader());
    }

    /** What the others send to the last node. */
    public FrozenRelay relay() {
        return relay;
    }

    /** Has the leader step down, and returns when the last node passes writes on to the next one. */
    public void stepDownAndElect() {
        stepDown();
        awaitWritable();
    }

    /**
     * Has the leader step down, and does something while there is none, however long it takes: all nodes but the last one
     * stand still meanwhile, and one alone elects nobody. Returns when that node passes writes on to the next leader.
     */
    public void stepDownAndElect(Runnable meanwhile) {
        stepDown();
        List<ChildProcess> others = processes.subList(0, NODES - 1);
        others.forEach(ChildProcess::freeze);
        try {
            await(NODES - 1, 429);
            meanwhile.run();
        } finally {
            others.forEach(ChildProcess::thaw);
        }
        awaitWritable();
    }

    private void stepDown() {
        int before = leader();
        node(before).root("PUT", "sys/step-down", Map.of());
        Awaitility.await().atMost(START).pollInterval(POLL).until(() -> health(before) != 200);
    }

    /** Makes a node the leader, by having others step down until it is its turn. */
    public void lead(int wanted) {
        while (leader() != wanted) {
            stepDownAndElect();
        }
    }

    private void awaitWritable() {
        Awaitility.await()
                .atMost(START)
                .pollInterval(POLL)
                .ignoreException(UncheckedIOException.class)
                .until(this::takesWrites);
    }

    /** Whether the last node passes a write on to a leader that does it. */
    boolean takesWrites() {
        return laggard()
                        .root("POST", "cubbyhole/probe", Map.of("probe", "probe"))
                        .status()
                == 204;
    }

    private int leader() {
        return Awaitility.await()
                .atMost(START)
                .pollInterval(POLL)
                .until(this::findLeader, OptionalInt::isPresent)
                .getAsInt();
    }

    /** The node that leads, if one does. */
    OptionalInt findLeader() {
        try {
            return IntStream.range(0, NODES).filter(node -> health(node) == 200).findFirst();
        } catch (UncheckedIOException e) {
            return OptionalInt.empty(); // one that is asked stands still
        }
    }

    private void run(int node) throws IOException {
        Path home = Files.createDirectories(folder.resolve("n" + node));
        Path file = Files.writeString(folder.resolve("n" + node + ".hcl"), configuration(home, node));
        ChildProcess process = ChildProcess.start(
                folder,
                Map.of(),
                folder.resolve("n" + node + ".log"),
                List.of(OpenBaoServer.binary().toString(), "server", "-config=" + file));
        processes.add(process);
        process.awaitOk(
                addresses.get(node).resolve("/v1/sys/health?uninitcode=200&sealedcode=200&standbycode=200"), START);
    }

    private String configuration(Path home, int node) {
        URI address = addresses.get(node);
        String join = node == 0 ? "" : "retry_join { leader_api_addr = \"%s\" }".formatted(addresses.getFirst());
        int advertised = node == NODES - 1 ? relay.port() : clusterPorts[node];
        return """
                storage "raft" {
                  path = "%s"
                  node_id = "n%d"
                  performance_multiplier = 1
                  %s
                }
                listener "tcp" {
                  address = "127.0.0.1:%d"
                  cluster_address = "127.0.0.1:%d"
                  tls_disable = true
                }
                seal "static" {
                  current_key_id = "k1"
                  current_key = "file://%s"
                }
                api_addr = "%s"
                cluster_addr = "https://127.0.0.1:%d"
                disable_standby_reads = false
                """.formatted(
                        home,
                        node,
                        join,
                        address.getPort(),
                        clusterPorts[node],
                        folder.resolve("seal.key"),
                        address,
                        advertised);
    }

    private void initialise() {
        JsonNode keys = node(0).call("POST", "sys/init", "", Map.of("recovery_shares", 1, "recovery_threshold", 1))
                .body();
        nodes = attach(keys.path("root_token").asText());
        await(0, 200);
    }

    private void await(int node, int status) {
        Awaitility.await().atMost(START).pollInterval(POLL).until(() -> health(node) == status);
    }

    /** One leads, be it the first or not, and the others answer. */
    private void awaitAll() {
        Awaitility.await()
                .atMost(START)
                .pollInterval(POLL)
                .ignoreException(UncheckedIOException.class)
                .until(() -> IntStream.range(0, NODES)
                        .mapToObj(this::health)
                        .sorted()
                        .toList()
                        .equals(List.of(200, 429, 429)));
    }

    private int health(int node) {
        return node(node).call("GET", "sys/health", "", Map.of()).status();
    }

    @Override
    public void close() {
        processes.forEach(ChildProcess::close);
        relay.close();
    }
}
