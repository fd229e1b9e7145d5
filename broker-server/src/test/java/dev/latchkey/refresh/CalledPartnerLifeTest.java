package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.CalledPartner;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a connection at a partner whose refresh tokens die of age, and which asks for the user by a status. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class CalledPartnerLifeTest {

    private static final int PERIODS = 3;

    @Inject
    DataSource database;

    private final Story story = new Story();
    private final CalledPartner partner = CalledPartner.registered(story);
    private final Story.App app = story.app("shop");

    private void due(String connection) {
        new BrokerTables(database)
                .change(
                        "update connection set refresh_due_at = now() - interval '1 second' where id = ?",
                        UUID.fromString(connection));
    }

    private FaultOrder refresh() {
        return FaultOrder.at(CalledPartner.SANDBOX_NAME).endpoint("refresh").client(partner.clientId());
    }

    @Test
    @DisplayName("a connection that no app asks for is renewed period after period, each time long before its end")
    void keptAlive() {
        String connection = story.active(app);

        for (int period = 1; period <= PERIODS; period++) {
            long renewals = period;
            assertThat(new BrokerTables(database)
                            .texts(
                                    "select id from connection where id = ? and refresh_due_at < token_expires_at"
                                            + " and token_expires_at <= now() + interval '15 minutes'",
                                    UUID.fromString(connection)))
                    .as("due before the token ends, and so long before the 15 days of the refresh token")
                    .hasSize(1);
            due(connection);
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                new BrokerTables(database).hurry("refresh-ahead");
                assertThat(partner.refreshRequests()).isEqualTo(renewals);
            });
            await().atMost(Duration.ofSeconds(60)).until(() -> isSettled(connection, renewals));
        }

        story.token(app, connection).expect(200);
        assertThat(partner.refreshRequests()).isEqualTo(PERIODS);
        assertThat(partner.tokenRequests()).isEqualTo(1);
    }

    private boolean isSettled(String connection, long renewals) {
        return story.approver()
                        .get("/audit?connection=" + connection + "&action=token_refreshed")
                        .json()
                        .path("items")
                        .size()
                == renewals;
    }

    @ParameterizedTest
    @ValueSource(ints = {418, 401})
    @DisplayName("R58 a status that asks for the user again is needs_reauth with an event, and no further call")
    void needsTheUser(int status) {
        story.admin()
                .put(
                        "/apps/" + app.id(),
                        Map.of(
                                "name",
                                "shop",
                                "return_urls",
                                List.of(Story.RETURN_URL),
                                "events_url",
                                "http://127.0.0.1:9/events"))
                .expect(200);
        String connection = story.active(app);
        story.control().fault(refresh().forever().status(status, Map.of("Content-Type", "application/json"), "{}"));
        due(connection);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            new BrokerTables(database).hurry("refresh-ahead");
            assertThat(story.status(connection)).isEqualTo("needs_reauth");
        });
        for (int i = 0; i < 5; i++) {
            Answer answer = story.token(app, connection);
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.code()).isEqualTo("needs_reauth");
            assertThat(answer.text("reason")).isEqualTo("reauthorization_required");
        }

        assertThat(partner.refreshRequests()).isEqualTo(1);
        assertThat(new BrokerTables(database)
                        .texts("select type from event_delivery where connection = ?", UUID.fromString(connection)))
                .contains("connection.needs_reauth");
        assertThat(new BrokerTables(database)
                        .texts("select id from partner where id = ? and misconfigured", story.partner()))
                .isEmpty();
    }

    @Test
    @DisplayName("R25 a renewal whose answer is lost or has no token takes nothing away")
    void ambiguous() {
        String connection = story.active(app);
        story.control().fault(refresh().status(200, Map.of("Content-Type", "application/json"), "{\"ok\":true}"));

        Answer refused = app.api().post("/connections/" + connection + "/token", Map.of("min_ttl", 900));

        assertThat(refused.code()).isEqualTo("partner_bad_response");
        assertThat(story.status(connection)).isEqualTo("active");
        story.token(app, connection).expect(200);
    }
}
