package dev.latchkey.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.audit.Actor;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FakeOpenIdProvider;
import dev.latchkey.testkit.FromTestResource;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How far an event reaches: over more than one transaction ends, not beyond its time, and not for ever. */
@QuarkusTest
@TestProfile(IdentityStack.class)
class IdentityEventReachTest {

    private static final int MORE_THAN_A_BATCH = 51;

    @Inject
    DataSource database;

    @Inject
    IdentityEventJob job;

    @FromTestResource
    FakeOpenIdProvider issuer;

    private PushedEvents events;
    private BrokerTables tables;

    @BeforeEach
    void meet() {
        events = new PushedEvents(issuer);
        tables = new BrokerTables(database);
    }

    @Test
    @DisplayName("R104 who owns more than one transaction ends loses all of it, and what had ended stays as it was")
    void endsAll() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String rejected = story.request(app, "read");
        story.approver().post("/connections/" + rejected + "/reject").expect(200);
        for (int i = 0; i < MORE_THAN_A_BATCH; i++) {
            story.request(app, "read");
        }

        events.push(PushedEvents.DISABLED, "owner-" + story.mark()).expect(202);

        assertThat(tables.texts("select id from connection where partner = ? and status = 'revoked'", story.partner()))
                .hasSize(MORE_THAN_A_BATCH);
        assertThat(story.status(rejected)).isEqualTo("rejected");
        assertThat(tables.texts(
                        "select id from audit_event where partner = ? and action = 'connection_revoked'"
                                + " and details ->> 'reason' = 'identity_disabled'",
                        story.partner()))
                .hasSize(MORE_THAN_A_BATCH);
    }

    @Test
    @DisplayName("R104 an event that cannot be finished holds up no other")
    void holdsUpNobody() {
        Story story = new Story().partner(Map.of());
        String connection = story.request(story.app("shop"), "read");
        String poison = UUID.randomUUID().toString();
        tables.change(
                "insert into identity_event (jti_sha256, kind, name, created_until, open, seen_at)"
                        + " values (sha256(?::bytea), 'person', ?, 'infinity', true, now() - interval '1 hour')",
                poison,
                poison);
        try {
            events.push(PushedEvents.DISABLED, "owner-" + story.mark()).expect(202);

            assertThat(story.status(connection)).isEqualTo("revoked");
            assertThat(tables.texts("select name from identity_event where name = ? and open", poison))
                    .as("it is tried again")
                    .hasSize(1);
        } finally {
            tables.change("delete from identity_event where name = ?", poison);
        }
    }

    @Test
    @DisplayName("R104 what an app got after an event that comes late is spared, and what it had before is not")
    void sparesWhatAnAppGotLater() {
        Story story = new Story().partner(Map.of());
        Story.App asking = story.app("asking");
        Story.App other = story.app("other");
        String ownBefore = story.request(asking, "read");
        String grantedBefore = granted(story, other, asking);
        BigDecimal late = new BigDecimal(tables.texts(
                        "select extract(epoch from created_at) from connection_grant where app = ? order by created_at",
                        asking.id())
                .getLast());
        String ownAfter = story.request(asking, "read");
        String grantedAfter = granted(story, other, asking);
        allowAtOnce(story, asking);

        push(PushedEvents.CLIENT_ENABLED, asking, late.add(BigDecimal.valueOf(1, 3)));
        push(PushedEvents.CLIENT_DISABLED, asking, late);

        assertThat(List.of(story.status(ownBefore), story.status(ownAfter))).containsExactly("revoked", "requested");
        assertThat(tables.texts("select connection from connection_grant where app = ?", asking.id()))
                .contains(grantedAfter)
                .doesNotContain(grantedBefore);
        assertThat(tables.texts("select app from standing_approval where app = ?", asking.id()))
                .containsExactly(asking.id());
        assertThat(tables.texts(
                        "select connection from audit_event where app = ? and action = 'grant_removed'", asking.id()))
                .contains(grantedBefore)
                .doesNotContain(grantedAfter);
    }

    @Test
    @DisplayName("R104 after a month who is gone or enabled is forgotten, who is disabled is not; events after a week")
    void forgets() {
        String mark = UUID.randomUUID().toString();
        for (String state : List.of("disabled", "purged", "enabled")) {
            known(state + "-" + mark, state, 31);
        }
        known("young-" + mark, "purged", 29);
        seen("old-" + mark, 8);
        seen("young-" + mark, 6);

        job.run(Actor.system("test", "test"));

        assertThat(tables.texts("select name from identity_principal where name like '%' || ?", mark))
                .containsExactlyInAnyOrder("disabled-" + mark, "young-" + mark);
        assertThat(tables.texts("select name from identity_event where name like '%' || ?", mark))
                .containsExactly("young-" + mark);
    }

    private static String granted(Story story, Story.App owner, Story.App asking) {
        String connection = story.request(owner, "read");
        story.approver()
                .put("/connections/" + connection + "/grants/" + asking.id(), Map.of("scopes", List.of("read")))
                .expect(200);
        return connection;
    }

    private static void allowAtOnce(Story story, Story.App app) {
        story.approver()
                .put(
                        "/partners/" + story.partner() + "/standing-approvals/" + app.id(),
                        Map.of("scopes", List.of("read")))
                .expect(204);
    }

    private void push(String type, Story.App app, BigDecimal happenedAt) {
        PushedEvents.push(events.token(type, app.id(), claims -> claims.put("toe", happenedAt)))
                .expect(202);
    }

    private void known(String name, String state, int daysAgo) {
        tables.change(
                "insert into identity_principal (kind, name, state, told_at, noted_at)"
                        + " values ('person', ?, ?, now(), now() - ? * interval '1 day')",
                name,
                state,
                daysAgo);
    }

    private void seen(String name, int daysAgo) {
        tables.change(
                "insert into identity_event (jti_sha256, kind, name, open, seen_at)"
                        + " values (sha256(?::bytea), 'person', ?, false, now() - ? * interval '1 day')",
                name,
                name,
                daysAgo);
    }
}
