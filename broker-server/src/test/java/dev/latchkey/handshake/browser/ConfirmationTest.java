package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whoever asked for the link confirms; until then, and without it, nothing can be used. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ConfirmationTest {

    private static final String WRONG = "A".repeat(43);

    @Inject
    FlowTables tables;

    @Inject
    DataSource database;

    @Test
    @DisplayName("R71 before the confirmation nothing is usable, and the handle is kept as a digest only")
    void nothingBefore() {
        Flow flow = Flow.begun();
        String handle = flow.handle();

        assertThat(flow.status()).isEqualTo("pending_confirmation");
        Answer token = flow.story().token(flow.app(), flow.connection());
        assertThat(token.status()).isEqualTo(409);
        assertThat(token.code()).isEqualTo("connection_not_active");
        assertThat(tables.rows("pending_confirmation", flow.connection())).noneMatch(row -> row.contains(handle));
        flow.confirm(handle).expect(200);
        flow.story().token(flow.app(), flow.connection()).expect(200);
    }

    @Test
    @DisplayName("R71 another app, and an admin, find nothing to confirm")
    void otherConfirmer() {
        Flow flow = Flow.begun();
        String handle = flow.handle();
        String path = "/connections/" + flow.connection() + "/confirm";
        Story.App other = flow.story().app("other");
        flow.story()
                .approver()
                .put("/connections/" + flow.connection() + "/grants/" + other.id(), Map.of())
                .expect(200);

        assertThat(other.api().post(path, Map.of("handle", handle)).status()).isEqualTo(404);
        assertThat(flow.story().admin().post(path, Map.of("handle", handle)).status())
                .isEqualTo(404);
        assertThat(flow.status()).isEqualTo("pending_confirmation");
        flow.confirm(handle).expect(200);
    }

    @Test
    @DisplayName("R71 the handle of another flow is initiator_mismatch, and both flows can still be confirmed")
    void handleOfAnother() {
        Flow victim = Flow.begun();
        Flow attacker = Flow.begun(victim.story(), victim.app(), victim.story().approved(victim.app(), "write"));
        String attackers = attacker.handle();
        String victims = victim.handle();

        Answer refused = victim.confirm(attackers);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("initiator_mismatch");
        assertThat(victim.status()).isEqualTo("pending_confirmation");
        victim.confirm(victims).expect(200);
        attacker.confirm(attackers).expect(200);
    }

    @Test
    @DisplayName("a third wrong handle ends the wait: tokens revoked and destroyed, connection approved again")
    void thirdWrongHandle() {
        Flow flow = Flow.begun();
        String handle = flow.handle();

        for (int i = 0; i < 3; i++) {
            assertThat(flow.confirm(WRONG).code()).isEqualTo("initiator_mismatch");
        }

        assertThat(flow.confirm(handle).code()).isEqualTo("initiator_mismatch");
        isUndone(flow);
    }

    @Test
    @DisplayName("R28 ten minutes without a confirmation: tokens revoked and destroyed, connection approved again")
    void neverConfirmed() {
        Flow flow = Flow.begun();
        String handle = flow.handle();
        assertThat(tables.secondsLeft("pending_confirmation", flow.connection()))
                .allMatch(left -> left > 500 && left <= 600);
        tables.tenMinutesPass("pending_confirmation", flow.connection());

        assertThat(flow.confirm(handle).code()).isEqualTo("initiator_mismatch");
        new BrokerTables(database).hurry("handshake-sweep");
        await().atMost(Duration.ofMinutes(1)).until(() -> flow.status().equals("approved"));
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> isUndone(flow));
        Flow.begun(flow.story(), flow.app(), flow.connection());
    }

    private void isUndone(Flow flow) {
        assertThat(flow.status()).isEqualTo("approved");
        assertThat(tables.isInVault("staged/" + flow.connection())).isFalse();
        assertThat(tables.isInVault("connections/" + flow.connection())).isFalse();
        assertThat(flow.story().control().requests(flow.story().sandboxName(), "revoke"))
                .isNotEmpty();
        assertThat(flow.story().control().families())
                .filteredOn(family ->
                        family.path("family").asText().equals(flow.story().family()))
                .noneMatch(family -> family.path("alive").asBoolean());
    }

    @Test
    @DisplayName("of many confirmations at once one is right, and what it made active can be renewed")
    void confirmedManyTimesAtOnce() {
        Flow flow = Flow.begun();
        String handle = flow.handle();

        List<Integer> statuses = AtOnce.run(12, () -> flow.confirm(handle).status());

        assertThat(statuses).containsOnlyOnce(200).allMatch(status -> status == 200 || status == 400);
        String before =
                flow.story().token(flow.app(), flow.connection()).expect(200).text("access_token");
        String path = "/connections/" + flow.connection() + "/token";
        // Above what is left: the partner renews once, and the renewed credential is stored.
        assertThat(flow.app().api().post(path, Map.of("min_ttl", 7200)).code()).isEqualTo("cannot_satisfy_min_ttl");
        assertThat(flow.app().api().post(path).expect(200).text("access_token")).isNotEqualTo(before);
        assertThat(flow.story().refreshes()).isEqualTo(1);
    }

    @Test
    @DisplayName("a second browser replaces what waits: the first handle is dead, its tokens are revoked")
    void replaced() {
        Flow first = Flow.begun();
        String firstHandle = first.handle();
        Flow second = Flow.begun(first.story(), first.app(), first.connection());
        String secondHandle = second.handle();

        assertThat(first.confirm(firstHandle).code()).isEqualTo("initiator_mismatch");
        assertThat(first.story().control().requests(first.story().sandboxName(), "revoke"))
                .hasSize(1);
        second.confirm(secondHandle).expect(200);
        first.story().token(first.app(), first.connection()).expect(200);
        assertThat(first.story().control().requests(first.story().sandboxName(), "revoke"))
                .hasSize(1);
    }

    @Test
    @DisplayName("a reconnect keeps the old token in use until it is confirmed")
    void reconnect() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String old = story.token(app, connection).expect(200).text("access_token");
        Flow flow = Flow.begun(story, app, connection);
        String handle = flow.handle();

        assertThat(flow.status()).isEqualTo("active");
        assertThat(story.token(app, connection).expect(200).text("access_token"))
                .isEqualTo(old);
        flow.confirm(handle).expect(200);
        assertThat(story.token(app, connection).expect(200).text("access_token"))
                .isNotEqualTo(old);
    }

    @Test
    @DisplayName("a connection that nobody approved has no link")
    void notApproved() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String path = "/connections/" + story.request(app, "read") + "/connect-url";

        assertThat(app.api().post(path).status()).isEqualTo(409);
        assertThat(app.api().post(path).code()).isEqualTo("connection_not_approved");
        assertThat(story.app("other").api().post(path).status()).isEqualTo(404);
    }
}
