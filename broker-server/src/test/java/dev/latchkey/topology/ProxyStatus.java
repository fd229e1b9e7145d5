package dev.latchkey.topology;

import dev.latchkey.testkit.Json;
import dev.latchkey.testkit.TestHttp;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What the servers of the topology say of themselves. */
final class ProxyStatus {

    private static final int NAME = 1;
    private static final int STATE = 17;

    private ProxyStatus() {}

    /** The brokers that haproxy's own statistics call up. */
    static Set<String> inService(URI status) {
        try (TestHttp http = new TestHttp()) {
            return inService(http.get(status.resolve("/;csv")).body());
        } catch (UncheckedIOException e) {
            return Set.of();
        }
    }

    /** The same, read already. */
    static Set<String> inService(String csv) {
        return csv.lines()
                .filter(line -> line.startsWith("brokers,broker-"))
                .map(line -> line.split(",", -1))
                .filter(cells -> cells[STATE].startsWith("UP"))
                .map(cells -> cells[NAME])
                .collect(Collectors.toSet());
    }

    /** Whether a wrapping token was opened already. */
    static boolean isSpent(URI vault, String token) {
        try (TestHttp http = new TestHttp()) {
            return http.json(vault.resolve("/v1/sys/wrapping/lookup"), "none", Json.write(Map.of("token", token)))
                            .statusCode()
                    != 200;
        }
    }
}
