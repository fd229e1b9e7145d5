package dev.latchkey.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.demo.Demo;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.KeycloakAdmin;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.topology.ProductionTopology.Replica;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The whole system as {@code docs/production.md} has it: people and apps with tokens of Keycloak, three brokers behind
 * haproxy, secrets in OpenBao, rows in PostgreSQL.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProductionTopologyIT {

    private static final List<String> WITH_TOKENS = List.of("cryptonit-oauth2", "noones-oauth2-direct");
    /** Whose app is disabled at the end: one that has asked for nothing for a while, so that its token is a new one. */
    private static final String DISABLED = "noon";

    private static ProductionTopology topology;
    private static Demo demo;
    private static final ByteArrayOutputStream ROWS = new ByteArrayOutputStream();

    @BeforeAll
    static void start() throws IOException {
        topology = Topologies.start();
        demo = Demo.onKeycloak(
                topology.broker(),
                topology.sandbox(),
                topology.realm(),
                topology.keycloakPassword(),
                new PrintStream(ROWS, true, StandardCharsets.UTF_8));
    }

    @AfterAll
    static void stop() {
        if (demo != null) {
            demo.close();
        }
        if (topology != null) {
            topology.close();
        }
    }

    @Test
    @Order(1)
    @DisplayName("R5 ten partners through the proxy; one broker is killed after the fifth, and all go on")
    void playsEveryPartner() {
        List<String> partners = Demo.partners();
        Replica mortal = topology.replicas().getLast();

        partners.subList(0, 5).forEach(ProductionTopologyIT::playsWell);
        mortal.kill9();
        partners.subList(5, partners.size()).forEach(ProductionTopologyIT::playsWell);

        assertThat(partners).hasSize(10);
        awaitInService(names(broker -> broker != mortal));
        WITH_TOKENS.forEach(name -> assertThat(token(name).status()).isEqualTo(200));
        mortal.startAgain();
        awaitAll();
    }

    private static void playsWell(String partner) {
        assertThat(demo.play(partner))
                .as(() -> ROWS.toString(StandardCharsets.UTF_8))
                .isTrue();
    }

    @Test
    @Order(2)
    @DisplayName("R24 a restart of one broker after the other, under load, fails no request")
    void restartsUnderLoad() throws InterruptedException {
        Load load = Load.begin(8, () -> token(WITH_TOKENS.getFirst()).status());
        for (Replica replica : topology.replicas()) {
            assertThat(replica.stop()).as(replica.name()).isIn(0, 143);
            replica.startAgain();
            awaitAll();
        }
        Load.Result result = load.end();

        System.out.printf(
                "%d calls during restarts, %d failed in pauses of the machine: %s%n",
                result.successes(), result.excused().size(), result.excused());
        assertThat(result.failures()).isEmpty();
        assertThat(result.excused()).as("pauses explain few").hasSizeLessThan((int) (result.successes() / 20));
        assertThat(result.successes()).isGreaterThan(100);
        WITH_TOKENS.forEach(name -> assertThat(token(name).status()).isEqualTo(200));
    }

    @Test
    @Order(3)
    @DisplayName(
            "R30 while OpenBao is sealed no broker is ready, and each still hands out through the proxy what it holds")
    void handsOutWhatIsHeldWhileNoneIsReady() {
        String partner = WITH_TOKENS.getFirst();
        int everyBroker = 2 * topology.replicas().size();
        awaitAll();
        long left = 0;
        for (int request = 0; request < everyBroker; request++) {
            left = token(partner).expect(200).json().path("expires_in").asLong();
        }

        topology.sealSecretStore();
        Awaitility.await()
                .atMost(Duration.ofMinutes(4))
                .until(() -> topology.inService().isEmpty());

        for (int request = 0; request < everyBroker; request++) {
            assertThat(token(partner).status()).isEqualTo(200);
        }
        Answer renewal = token(partner, Map.of("min_ttl", left + 1));
        assertThat(renewal.status()).isEqualTo(503);
        assertThat(renewal.code()).isEqualTo("vault_unavailable");

        topology.openSecretStore();
        awaitAll();
        token(partner, Map.of("min_ttl", left + 1)).expect(200);
    }

    @Test
    @Order(4)
    @DisplayName("R143 the proxy shows no health, no metrics, and passes on nothing that a client says of itself")
    void opensOneDoorOnly() throws IOException {
        String caller = "Authorization: " + demo.authorization(WITH_TOKENS.getFirst());

        assertThat(RawHttp.status(RawHttp.get(topology.broker(), "/q/health/ready")))
                .isEqualTo(404);
        assertThat(RawHttp.status(RawHttp.get(topology.broker(), "/q/metrics", caller)))
                .isEqualTo(404);
        assertThat(RawHttp.status(RawHttp.get(topology.broker(), "/api/v1/catalog", caller, "Host: evil.example")))
                .isEqualTo(421);
        assertThat(RawHttp.status(
                        RawHttp.get(topology.broker(), "/api/v1/catalog", caller, "X-Forwarded-Host: evil.example")))
                .isEqualTo(200);
    }

    @Test
    @Order(5)
    @DisplayName("R104 who is disabled in Keycloak is refused by every broker, with a token that is still good")
    void refusesWhoIsDisabled() throws IOException {
        String authorization = longLived(DISABLED);
        BrokerApi app = BrokerApi.authorized(topology.broker(), authorization);
        app.get("/connections").expect(200);

        change(DISABLED, client -> client.put("enabled", false));

        // the proxy asks one broker after the other
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> IntStream.range(0, 4 * topology.replicas().size())
                        .allMatch(request -> app.get("/connections").status() == 401));
        assertThat(end(authorization)).as("what is refused is still good").isAfter(Instant.now());
    }

    /** A token that no pause of the machine outlives; one that the app has kept from before is waited out. */
    private static String longLived(String partner) throws IOException {
        Duration life = Duration.ofMinutes(30);
        change(
                partner,
                client -> client.withObjectProperty("attributes")
                        .put("access.token.lifespan", Long.toString(life.toSeconds())));
        return Awaitility.await()
                .atMost(Duration.ofMinutes(4))
                .until(
                        () -> demo.authorization(partner),
                        authorization ->
                                end(authorization).isAfter(Instant.now().plus(life.dividedBy(2))));
    }

    private static Instant end(String authorization) {
        return Instant.ofEpochSecond(claims(authorization).path("exp").asLong());
    }

    private static JsonNode claims(String authorization) {
        try {
            return new JsonMapper()
                    .readTree(Base64.getUrlDecoder().decode(authorization.split("\\.", -1)[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes the partner's app at Keycloak. */
    private static void change(String partner, Consumer<ObjectNode> how) {
        KeycloakAdmin keycloak =
                new KeycloakAdmin(topology.realm().resolve("/"), "latchkey", topology.keycloakPassword());
        ObjectNode client =
                keycloak.get("/clients?clientId=shop-" + partner).path(0).deepCopy();
        how.accept(client);
        keycloak.put("/clients/" + client.path("id").asText(), client);
    }

    private static void awaitAll() {
        awaitInService(names(broker -> true));
    }

    private static void awaitInService(Set<String> brokers) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(4))
                .until(() -> topology.inService().equals(brokers));
    }

    private static Set<String> names(Predicate<Replica> which) {
        return topology.replicas().stream().filter(which).map(Replica::name).collect(Collectors.toSet());
    }

    private static Answer token(String partner) {
        return token(partner, Map.of());
    }

    private static Answer token(String partner, Map<String, ?> wish) {
        try {
            return BrokerApi.authorized(topology.broker(), demo.authorization(partner))
                    .post("/connections/" + demo.connection(partner) + "/token", wish);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
