package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.audit.Actor;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A credential that waits in the journal, or was overtaken, while the world around it goes on. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class JournalTest implements SweepHeldBack {

    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);
    private static final Actor ACTOR = Actor.system("test", "test");

    @Inject
    DataSource database;

    @Inject
    OrderedPoints points;

    @Inject
    RefreshProtocol protocol;

    @Inject
    JournalDrain drain;

    @Inject
    RecoverySweep sweep;

    @Test
    @DisplayName(
            "R9 R22 what waits in the journal of a connection that has ended is revoked at the partner and forgotten")
    void orphan() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        journal(app, connection);
        story.approver().post("/connections/" + connection + "/revoke").expect(200);
        long revocations = story.control().count(story.sandboxName(), "revoke");

        drain.dropOrphans(ACTOR);

        assertThat(story.control().count(story.sandboxName(), "revoke")).isGreaterThan(revocations);
        assertThat(waiting(connection)).isEmpty();
    }

    @Test
    @DisplayName("R20 R22 the sweep stores what waits, drops what is orphaned, and asks no partner for another renewal")
    void sweeps() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String broken = story.active(app, "read");
        String waits = story.active(app, "read");
        String ended = story.active(app, "read");
        String endedBroken = story.active(app, "read");
        for (String connection : List.of(broken, waits, ended, endedBroken)) {
            journal(app, connection);
            new BrokerTables(database)
                    .change(
                            "update connection set lease_until = null, retry_at = null where id = ?",
                            UUID.fromString(connection));
        }
        for (String connection : List.of(broken, endedBroken)) {
            new BrokerTables(database)
                    .change(
                            "update refresh_journal set ciphertext = '' where connection = ?",
                            UUID.fromString(connection));
        }
        for (String connection : List.of(ended, endedBroken)) {
            story.approver().post("/connections/" + connection + "/revoke").expect(200);
        }
        long renewals = story.control().count(story.sandboxName(), "refresh");

        sweep.run(ACTOR);

        assertThat(waiting(waits)).isEmpty();
        assertThat(waiting(ended)).isEmpty();
        assertThat(waiting(broken)).as("kept, and no hindrance to the others").hasSize(1);
        assertThat(waiting(endedBroken)).hasSize(1);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(renewals);
        story.token(app, waits).expect(200);
        assertThat(story.status(waits)).isEqualTo("active");
    }

    @Test
    @DisplayName("R10 R22 what waits in the journal gives way to a newer grant, and is revoked at the partner")
    void overtaken() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String older = story.family();
        journal(app, connection);
        reconnect(story, app, connection);

        assertThat(longer(app, connection).code()).isEqualTo("cannot_satisfy_min_ttl");

        assertThat(waiting(connection)).isEmpty();
        assertThat(leasesLost(connection)).containsExactly("superseded");
        assertThat(lives(story, older)).as("the older grant is ended").isFalse();
        assertThat(lives(story, story.family())).isTrue();
        assertThat(story.refreshes())
                .as("the newest grant lives, and was renewed for who asked")
                .isEqualTo(1);
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @Test
    @DisplayName("R20 R22 who dies after the vault took it from the journal leaves it there, and it is recognised")
    void storedAlready() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        UUID id = UUID.fromString(connection);
        journal(app, connection);
        comesBack(id, () -> {
            protocol.renew(id, found -> true, ACTOR);
            assertThat(waiting(connection)).isEmpty();
        });

        protocol.renew(id, found -> true, ACTOR);

        assertThat(waiting(connection)).isEmpty();
        assertThat(leasesLost(connection)).isEmpty();
        assertThat(longer(app, connection).code()).isEqualTo("cannot_satisfy_min_ttl");
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @Test
    @DisplayName("R6 R22 what a later renewal of the same grant has overtaken is dropped from the journal, not revoked")
    void overtakenByLaterRenewal() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        UUID id = UUID.fromString(connection);
        journal(app, connection);
        comesBack(id, () -> {
            protocol.renew(id, found -> true, ACTOR);
            protocol.renew(id, found -> false, ACTOR);
        });

        protocol.renew(id, found -> true, ACTOR);

        assertThat(waiting(connection)).isEmpty();
        assertThat(leasesLost(connection)).containsExactly("superseded");
        assertThat(story.control().count(story.sandboxName(), "revoke")).isZero();
        protocol.renew(id, found -> false, ACTOR);
        assertThat(story.status(connection)).isEqualTo("active");
    }

    @Test
    @DisplayName("R6 an answer that a later owner has overtaken is dropped, but not revoked: the family is the same")
    void overtakenByLaterOwner() {
        Story story = new Story().partner(Map.of("refresh", Map.of("rotation", "none")));
        story.control().settings(story.sandboxName(), Map.of("rotation", "none"));
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        UUID id = UUID.fromString(connection);
        points.order(KillPoint.K10, connection, () -> {
            new BrokerTables(database).change("update connection set lease_until = now() where id = ?", id);
            protocol.renew(id, found -> false, ACTOR);
        });

        assertThat(longer(app, connection).status()).isEqualTo(409);

        assertThat(leasesLost(connection)).containsExactly("superseded");
        assertThat(story.control().count(story.sandboxName(), "revoke")).isZero();
        assertThat(new BrokerTables(database).texts("select state from refresh_intent where connection = ?", id))
                .containsExactly("DONE");
        assertThat(longer(app, connection).code()).isEqualTo("cannot_satisfy_min_ttl");
        story.token(app, connection).expect(200);
    }

    /** The vault goes away after the partner's answer, and comes back. */
    private void journal(Story.App app, String connection) {
        BrokerTables tables = new BrokerTables(database);
        points.order(
                KillPoint.K10, connection, () -> tables.asOwner("alter table local_vault rename to local_vault_away"));
        try {
            longer(app, connection);
            assertThat(waiting(connection)).hasSize(1);
        } finally {
            tables.asOwner("alter table if exists local_vault_away rename to local_vault");
        }
    }

    /** What waits is there again after all that happens meanwhile. */
    private void comesBack(UUID id, Runnable meanwhile) {
        BrokerTables tables = new BrokerTables(database);
        tables.asOwner("create table journal_before as select * from refresh_journal where connection = '" + id + "'");
        try {
            meanwhile.run();
            tables.asOwner("insert into refresh_journal select * from journal_before");
        } finally {
            tables.asOwner("drop table journal_before");
        }
    }

    private List<String> waiting(String connection) {
        return new BrokerTables(database)
                .texts("select attempt from refresh_journal where connection = ?", UUID.fromString(connection));
    }

    private List<String> leasesLost(String connection) {
        return new BrokerTables(database)
                .texts(
                        "select code from audit_event where connection = ? and action = 'lease_lost'",
                        UUID.fromString(connection));
    }

    private static boolean lives(Story story, String family) {
        return StreamSupport.stream(story.control().families().spliterator(), false)
                .filter(found -> found.path("family").asText().equals(family))
                .allMatch(found -> found.path("alive").asBoolean());
    }

    private static void reconnect(Story story, Story.App app, String connection) {
        URI back = story.consented(story.atConsent(story.connectUrl(app, connection)));
        app.api()
                .post(
                        "/connections/" + connection + "/confirm",
                        Map.of("handle", Story.query(back).get("handle")))
                .expect(200);
    }

    private static Answer longer(Story.App app, String connection) {
        return app.api().post("/connections/" + connection + "/token", LONGER);
    }
}
