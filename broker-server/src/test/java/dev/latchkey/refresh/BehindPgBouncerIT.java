package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.PgBouncer;
import dev.latchkey.testkit.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A broker process whose connections are shared by a real PgBouncer in transaction mode, three to the server. */
class BehindPgBouncerIT {

    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);
    private static final String ADVISORY = "select pid::text from pg_locks where locktype = 'advisory' and database ="
            + " (select oid from pg_database where datname = current_database())";

    private final DatabaseAccess direct = TestDatabase.direct();
    private final BrokerTables tables = new BrokerTables(TestDatabase.dataSource(direct));
    private final List<String> advisory = new ArrayList<>();

    @Test
    @DisplayName("R49 connect, renewal, token, proxy, webhook, revocation and audit work, without any advisory lock")
    void worksInTransactionMode() throws Exception {
        try (PgBouncer pooler = PgBouncer.start(direct, 3);
                RefreshRig rig = new RefreshRig(direct)) {
            Broker broker = rig.start(Map.of(
                    "latchkey.database.url",
                    pooler.through(direct.url()),
                    "latchkey.database.owner-url",
                    direct.url()));
            Cell cell = rig.connect("pooled", "strict", 600);
            // more often than a driver needs to name a statement
            List<String> connections = new ArrayList<>(List.of(cell.connection()));
            connections.addAll(AtOnce.run(8, () -> rig.activated(cell.partner())));
            look();
            AtOnce.run(
                    40,
                    () -> rig.app(broker)
                            .post("/connections/" + cell.connection() + "/token")
                            .expect(200));
            connections.forEach(id -> assertThat(rig.app(broker)
                            .post("/connections/" + id + "/token", LONGER)
                            .code())
                    .isEqualTo("cannot_satisfy_min_ttl"));
            assertThat(cell.requests()).isEqualTo(connections.size());
            look();

            Answer proxied = rig.app(broker).get("/connections/" + cell.connection() + "/proxy/whoami");
            assertThat(proxied.header("Latchkey-Error")).isEmpty();
            webhook(rig);
            assertThat(rig.admin()
                            .post("/connections/" + connections.getLast() + "/revoke")
                            .status())
                    .isBetween(200, 204);
            look();

            assertThat(rig.admin()
                            .get("/audit?action=token_handed_out")
                            .expect(200)
                            .json()
                            .path("items"))
                    .hasSizeGreaterThanOrEqualTo(40);
            assertThat(advisory).isEmpty();
            assertThat(broker.process().logText())
                    .doesNotContain("prepared statement", "PSQLException", "unsupported startup parameter");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> tables.texts("select task_name from scheduled_tasks where last_success is not null")
                                    .size()
                            >= 3);
            assertThat(tables.texts("select pid::text from pg_stat_activity where usename = 'latchkey_runtime'"
                            + " and datname = current_database()"))
                    .hasSizeLessThanOrEqualTo(4);
        }
    }

    private void webhook(RefreshRig rig) {
        String url = rig.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id", "noones",
                                "catalog", "noones-hmac",
                                "credentials", Map.of("api_key", "k", "api_secret", "the-secret-of-the-sandbox")))
                .expect(201)
                .text("webhook_url");
        String webhook = rig.control().saveWebhook(url, Optional.of("the-secret-of-the-sandbox"));
        JsonNode sent = rig.control().fireWebhook(webhook, Map.of("body", "{\"n\":1}", "attempts", 1));
        assertThat(sent.path("statuses")).hasToString("[200]");
    }

    private void look() {
        advisory.addAll(tables.texts(ADVISORY));
    }
}
