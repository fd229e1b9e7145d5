package dev.latchkey.caller.authentication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerClient.Answer;
import dev.latchkey.testkit.CapturedLog;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class CallerHygieneTest {

    private static final String APPS = "/api/v1/apps";

    @TestHTTPResource("/")
    URI server;

    @Inject
    DataSource database;

    private final List<String> secrets = new ArrayList<>();
    private final StringBuilder answers = new StringBuilder();

    @Test
    @DisplayName("R149 R150 R151 leaves no secret of a caller in logs, answers, metrics and the database")
    void leavesNoSecret() throws SQLException {
        BrokerClient nobody = BrokerClient.at(server);
        BrokerClient admin = nobody.asAdmin();
        secret("admin-password-of-the-tests");
        String logged;
        try (CapturedLog log = CapturedLog.of(
                "", "dev.latchkey", "io.vertx", "io.quarkus", "org.hibernate", "org.jboss.resteasy", "io.netty")) {
            String id = "app-" + UUID.randomUUID();
            Answer created = admin.post(
                    APPS,
                    "{\"id\":\"" + id + "\",\"name\":\"n\",\"return_urls\":[],"
                            + "\"events_url\":\"https://app.example.org/e\"}");
            String first = secret(created.text("secret"));
            secret(created.text("events_secret"));
            String second = secret(admin.send("POST", APPS + "/" + id + "/secret", "text/plain", new byte[0])
                    .text("secret"));
            for (String mine : List.of(first, second, first)) {
                keep(nobody.as(id, mine).get(APPS));
            }
            keep(nobody.as(id, secret("canary-wrong-secret")).get(APPS));
            keep(nobody.as(secret("canary-typed-into-the-name"), "x").get(APPS));
            keep(nobody.as("admin", secret("canary-wrong-password")).get(APPS));
            keep(nobody.bearer(secret("canary.bearer.token")).get(APPS));
            keep(nobody.bearer("eyJhbGciOiJub25lIn0." + secret("Y2FuYXJ5LWNsYWltcw") + ".")
                    .get(APPS));
            keep(nobody.authorization("Digest " + secret("canary-of-another-scheme"))
                    .get(APPS));
            keep(admin.get(APPS));
            keep(admin.get(APPS + "/" + id));
            keep(admin.post(APPS, "{\"secret\":\"" + secret("canary-in-a-body") + "\"}"));
            keep(admin.post(APPS, "{\"id\":" + secret("canary-no-json") + "}"));
            keep(admin.get(APPS + "?after=" + secret("canary-in-a-query")));
            keep(admin.get("/" + secret("canary-in-a-path") + ";x"));
            keep(admin.get("/connect/" + secret("canary-connect-ticket")));
            keep(admin.get("/q/metrics"));
            keep(admin.get("/q/health"));
            assertThat(log.size()).as("the log is really heard").isGreaterThan(100);
            logged = log.text();
        }
        for (String secret : secrets) {
            assertThat(logged.contains(secret))
                    .as("in the log: " + secret + line(logged, secret))
                    .isFalse();
            assertThat(answers.indexOf(secret)).as("in an answer: " + secret).isNegative();
            assertThat(stored().contains(secret))
                    .as("in the database: " + secret)
                    .isFalse();
        }
    }

    private static String line(String logged, String secret) {
        return logged.lines().filter(line -> line.contains(secret)).findFirst().orElse("");
    }

    private String secret(String value) {
        assertThat(value).isNotEmpty();
        secrets.add(value);
        return value;
    }

    private void keep(Answer answer) {
        answers.append(answer.body()).append(answer.response().headers().map());
    }

    private String stored() throws SQLException {
        StringBuilder dump = new StringBuilder();
        for (String table : List.of("app", "local_user", "audit_event", "local_vault")) {
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select t::text from " + table + " t")) {
                while (rows.next()) {
                    dump.append(rows.getString(1)).append('\n');
                }
            }
        }
        return dump.toString();
    }

    @Test
    @DisplayName("R149 leaves no Authorization header in the log")
    void leavesNoHeader() {
        try (CapturedLog log = CapturedLog.of("", "dev.latchkey", "io.vertx", "io.quarkus")) {
            BrokerClient.at(server).asAdmin().get(APPS);

            String pair = "admin:admin-password-of-the-tests";
            assertThat(log.text()
                            .contains(Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII))))
                    .isFalse();
        }
    }
}
