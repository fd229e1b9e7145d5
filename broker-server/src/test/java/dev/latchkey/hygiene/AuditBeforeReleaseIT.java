package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** No token leaves without its audit row: neither when the process dies in between, nor when the table is blocked. */
class AuditBeforeReleaseIT {

    private static final String PARTNER = "noones";
    private static final String CLIENT_SECRET = "a-secret-of-the-sandbox";
    private static final int CALLERS = 16;
    private static final int ENOUGH = 400;
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** What an app was given, as (connection, token) and how often. */
    private final Map<List<String>, LongAdder> received = new ConcurrentHashMap<>();

    @Test
    @DisplayName("R168 has an audit row for every token that was received before a kill -9, and gives none unaudited")
    void auditsBeforeItReleases() throws Exception {
        try (Sandbox sandbox = Sandbox.start(SandboxConfig.defaults());
                BrokerProcess broker = BrokerProcess.start(Map.of("latchkey.audit.patience", "PT1S"), Map.of())) {
            BrokerApi app = app(broker, sandbox);
            List<String> connections = List.of(active(broker, app, "one"), active(broker, app, "two"));

            killInTheMiddle(broker, app, connections);
            assertThat(total()).isGreaterThanOrEqualTo(ENOUGH);
            broker.startAgain();

            assertEveryTokenHasItsRow(broker);
            assertNoTokenWhileBlocked(broker, app, connections.getFirst());
            assertEveryTokenHasItsRow(broker);
        }
    }

    private void killInTheMiddle(BrokerProcess broker, BrokerApi app, List<String> connections)
            throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(ENOUGH);
        List<Thread> callers = IntStream.range(0, CALLERS)
                .mapToObj(caller -> Thread.ofVirtual()
                        .start(() -> callUntilItDies(app, connections.get(caller % connections.size()), enough)))
                .toList();
        assertThat(enough.await(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS))
                .as("tokens flow")
                .isTrue();
        broker.kill9();
        for (Thread caller : callers) {
            assertThat(caller.join(PATIENCE)).isTrue();
        }
    }

    private void callUntilItDies(BrokerApi app, String connection, CountDownLatch enough) {
        try {
            while (true) {
                Answer answer = token(app, connection);
                if (answer.status() == 200) {
                    keep(connection, answer);
                    enough.countDown();
                }
            }
        } catch (UncheckedIOException killed) {
            // The process is gone.
        }
    }

    private void assertNoTokenWhileBlocked(BrokerProcess broker, BrokerApi app, String connection)
            throws IOException, SQLException {
        try (Connection owner = database(broker);
                Statement statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            statement.execute("lock table audit_event in access exclusive mode");
            for (int i = 0; i < 3; i++) {
                Answer refused = token(app, connection);
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.code()).isEqualTo("store_unavailable");
                assertThat(refused.header("Retry-After")).isNotEmpty();
                assertThat(refused.json().has("access_token")).isFalse();
            }
            owner.rollback();
        }
        Awaitility.await().atMost(PATIENCE).until(() -> {
            Answer answer = token(app, connection);
            if (answer.status() == 200) {
                keep(connection, answer);
            }
            return answer.status() == 200;
        });
    }

    /** A token has one fingerprint, a fingerprint one token, and there are at least as many rows as tokens received. */
    private void assertEveryTokenHasItsRow(BrokerProcess broker) throws IOException, SQLException {
        Map<String, Map<String, Long>> rows = rows(broker);
        Map<String, Long> tokens = new HashMap<>();
        received.keySet().forEach(pair -> tokens.merge(pair.getFirst(), 1L, Long::sum));
        assertThat(rows.keySet()).containsAll(tokens.keySet());
        tokens.forEach((connection, distinct) ->
                assertThat(rows.get(connection).size()).as(connection).isGreaterThanOrEqualTo(distinct.intValue()));
        received.keySet().stream().map(List::getFirst).distinct().forEach(connection -> {
            long got = received.entrySet().stream()
                    .filter(each -> each.getKey().getFirst().equals(connection))
                    .mapToLong(each -> each.getValue().sum())
                    .sum();
            long written = rows.get(connection).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            assertThat(written).as("audit rows of tokens received").isGreaterThanOrEqualTo(got);
        });
    }

    /** Hand-outs in the audit log by connection and fingerprint. */
    private static Map<String, Map<String, Long>> rows(BrokerProcess broker) throws IOException, SQLException {
        Map<String, Map<String, Long>> found = new HashMap<>();
        try (Connection owner = database(broker);
                Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery("select connection::text, token_fingerprint, count(*)"
                        + " from audit_event where action = 'token_handed_out' and outcome = 'success'"
                        + " and token_fingerprint is not null group by 1, 2")) {
            while (rows.next()) {
                found.computeIfAbsent(rows.getString(1), connection -> new HashMap<>())
                        .put(rows.getString(2), rows.getLong(3));
            }
        }
        return found;
    }

    /** The schema's owner, who may lock the table; the port is the fourth line of PostgreSQL's own file. */
    private static Connection database(BrokerProcess broker) throws IOException, SQLException {
        List<String> postmaster = Files.readAllLines(broker.dataFolder().resolve("postgres/postmaster.pid"));
        Properties passwords = new Properties();
        try (var file = Files.newBufferedReader(broker.dataFolder().resolve("postgres.properties"))) {
            passwords.load(file);
        }
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + postmaster.get(3).strip() + "/latchkey",
                "latchkey_owner",
                passwords.getProperty("owner"));
    }

    private static Answer token(BrokerApi app, String connection) {
        return app.post("/connections/" + connection + "/token");
    }

    private void keep(String connection, Answer answer) {
        received.computeIfAbsent(List.of(connection, answer.text("access_token")), pair -> new LongAdder())
                .increment();
    }

    private long total() {
        return received.values().stream().mapToLong(LongAdder::sum).sum();
    }

    private static BrokerApi app(BrokerProcess broker, Sandbox sandbox) {
        new SandboxControl(sandbox.baseUri()).registerClient(PARTNER, "latchkey", CLIENT_SECRET);
        BrokerApi admin = person(broker);
        Map<String, String> endpoints = Map.of(
                "token_endpoint", sandbox.baseUri() + "/noones/oauth2/token",
                "api_base", sandbox.baseUri() + "/noones-api");
        Map<String, Object> partner = new HashMap<>(Map.of("id", PARTNER, "catalog", "noones-oauth2-direct"));
        partner.put("credentials", Map.of("client_id", "latchkey", "client_secret", CLIENT_SECRET));
        partner.put("settings", Map.of("endpoints", endpoints));
        admin.post("/partners", partner).expect(201);
        String secret = admin.post("/apps", Map.of("id", "shop", "name", "Shop", "return_urls", List.of()))
                .expect(201)
                .text("secret");
        return BrokerApi.as(broker.baseUri(), "shop", secret);
    }

    private static BrokerApi person(BrokerProcess broker) {
        String[] pair = broker.adminPair().split(":", 2);
        return BrokerApi.as(broker.baseUri(), pair[0], pair[1]);
    }

    private static String active(BrokerProcess broker, BrokerApi app, String owner) {
        Map<String, Object> wish = new HashMap<>(Map.of("partner", PARTNER, "owner", owner));
        wish.put("scopes", new ArrayList<>());
        String id = app.post("/connections", wish).expect(201).text("id");
        person(broker).post("/connections/" + id + "/approve").expect(200);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() ->
                        app.get("/connections/" + id).expect(200).text("status").equals("active"));
        return id;
    }
}
