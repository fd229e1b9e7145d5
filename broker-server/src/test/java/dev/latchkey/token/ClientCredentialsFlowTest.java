package dev.latchkey.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.client.SeenRequest;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Our own account at a partner: no browser, and a new fetch instead of a refresh token. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ClientCredentialsFlowTest {

    @Inject
    DataSource database;

    @Test
    @DisplayName("R105 50 callers after the end of a token cause one fetch")
    void oneFetch() {
        Story story = ownAccount();
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("token").answerWith(Map.of("expires_in", 5)));
        Story.App app = story.app("shop");
        String connection = approved(story, app);
        assertThat(fetches(story)).hasSize(1);

        List<Answer> answers = AtOnce.run(50, () -> story.token(app, connection));

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(answers.stream().map(answer -> answer.text("access_token")).distinct())
                .hasSize(1);
        assertThat(fetches(story))
                .hasSize(2)
                .allSatisfy(fetch -> assertThat(fetch.formValue("grant_type")).contains("client_credentials"));
    }

    @Test
    @DisplayName("R105 the sweep leaves a connection alone that its approval is connecting: the partner is asked once")
    void sweptMeanwhile() {
        Story story = ownAccount();
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("token").latency(Duration.ofSeconds(3)));
        String connection = request(story, story.app("shop"));
        CompletableFuture<Answer> approval =
                CompletableFuture.supplyAsync(() -> story.approver().post("/connections/" + connection + "/approve"));
        BrokerTables tables = new BrokerTables(database);
        await().atMost(Duration.ofSeconds(60)).until(() -> fetches(story).size() == 1);

        List<String> before = swept(tables);
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            tables.hurry("handshake-sweep");
            return !swept(tables).equals(before);
        });

        assertThat(approval.join().expect(200).text("status")).isEqualTo("active");
        assertThat(fetches(story)).hasSize(1);
    }

    private static List<String> swept(BrokerTables tables) {
        return tables.texts("select last_success from scheduled_tasks where task_name = 'handshake-sweep'");
    }

    @Test
    @DisplayName("R105 a refresh token that comes all the same is not kept and never sent")
    void noRefreshToken() {
        Story story = ownAccount();
        String stray = "stray-" + UUID.randomUUID();
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("token")
                        .answerWith(Map.of("refresh_token", stray, "expires_in", 5)));
        Story.App app = story.app("shop");
        String connection = approved(story, app);

        story.token(app, connection).expect(200);
        story.approver().post("/connections/" + connection + "/revoke").expect(200);

        assertThat(story.control().requests(story.sandboxName(), "refresh")).isEmpty();
        assertThat(fetches(story)).hasSize(2);
        assertThat(story.control().requests(story.sandboxName(), "revoke"))
                .allSatisfy(
                        seen -> assertThat(seen.formValue("token")).isPresent().isNotEqualTo(stray));
        assertThat(new BrokerTables(database).tablesHolding(stray)).isEmpty();
    }

    @Test
    @DisplayName("a partner that does not answer at approval is asked again by itself, after a pause")
    void later() {
        Story story = ownAccount();
        story.control()
                .fault(FaultOrder.at(story.sandboxName()).endpoint("token").dropBeforeCommit());
        Story.App app = story.app("shop");

        String connection = request(story, app);
        Answer approval =
                story.approver().post("/connections/" + connection + "/approve").expect(200);

        assertThat(approval.text("status")).isEqualTo("approved");
        assertThat(story.token(app, connection).code()).isEqualTo("connection_not_active");
        BrokerTables tables = new BrokerTables(database);
        assertThat(tables.texts(
                        "select id from connection where id = ? and retry_at > now() + interval '10 seconds'",
                        UUID.fromString(connection)))
                .hasSize(1);
        tables.change("update connection set retry_at = now() where id = ?", UUID.fromString(connection));
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            tables.hurry("handshake-sweep");
            assertThat(story.status(connection)).isEqualTo("active");
        });
        story.token(app, connection).expect(200);
    }

    private static String approved(Story story, Story.App app) {
        String connection = request(story, app);
        Answer approval =
                story.approver().post("/connections/" + connection + "/approve").expect(200);
        assertThat(approval.text("status")).isEqualTo("active");
        return connection;
    }

    private static String request(Story story, Story.App app) {
        return app.api()
                .post("/connections", Map.of("partner", story.partner(), "owner", "our-own", "scopes", List.of("read")))
                .expect(201)
                .text("id");
    }

    private static List<SeenRequest> fetches(Story story) {
        return story.control().requests(story.sandboxName(), "token");
    }

    private static Story ownAccount() {
        Story story = new Story();
        story.admin()
                .post(
                        "/partners",
                        Map.of(
                                "id",
                                story.partner(),
                                "catalog",
                                "noones-oauth2-direct",
                                "credentials",
                                Map.of("client_id", story.clientId(), "client_secret", story.clientSecret()),
                                "settings",
                                Map.of(
                                        "endpoints",
                                        Map.of(
                                                "token_endpoint",
                                                story.at("token"),
                                                "revocation_endpoint",
                                                story.at("revoke")))))
                .expect(201);
        story.control().registerClient(story.sandboxName(), story.clientId(), story.clientSecret());
        return story;
    }
}
