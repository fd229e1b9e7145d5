package dev.latchkey.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FakeOpenIdProvider;
import dev.latchkey.testkit.FromTestResource;
import dev.latchkey.testkit.MachinePauses;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who is disabled at the identity provider is refused here, and has nothing left. */
@QuarkusTest
@TestProfile(IdentityStack.class)
class IdentityEventsTest {

    @Inject
    DataSource database;

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
    @DisplayName("R104 the connections of an owner whose account is disabled end, here at once and then at the partner")
    void endsWhatAPersonOwns() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String waiting = story.request(app, "read");
        String owner = "owner-" + story.mark();

        events.push(PushedEvents.DISABLED, owner).expect(202);

        assertThat(story.status(connection)).isEqualTo("revoked");
        assertThat(story.status(waiting)).isEqualTo("revoked");
        assertThat(story.token(app, connection).status()).isEqualTo(404);
        tables.hurry("connection-expiry");
        await().atMost(Duration.ofSeconds(60)).until(() -> story.control().count(story.sandboxName(), "revoke") == 1);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(tables.vaultPathsOf(connection)).isEmpty());
        assertThat(ask(story, app, owner).code()).isEqualTo("forbidden");

        events.push(PushedEvents.ENABLED, owner).expect(202);

        await().atMost(Duration.ofSeconds(60))
                .until(() -> ask(story, app, owner).status() == 201);
        assertThat(story.status(connection)).as("nothing comes back by itself").isEqualTo("revoked");
        assertThat(tables.texts(
                        "select actor from audit_event where action = 'principal_disabled' and details ->> 'subject' = ?",
                        owner))
                .containsExactly(issuer.issuer());
    }

    @Test
    @DisplayName("R104 what a replica lets in before it knows of the event ends as well")
    void endsWhatCameInMeanwhile() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String late = ask(story, app, "somebody-else").expect(201).text("id");
        String owner = "owner-" + story.mark();

        tables.holdBack("identity-events"); // which forgets the event after a while
        events.push(PushedEvents.DISABLED, owner).expect(202);
        tables.change("update connection set owner = ? where id = ?::uuid", owner, late);

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            tables.hurry("identity-events");
            return story.status(late).equals("revoked");
        });
    }

    @Test
    @DisplayName(
            "R104 what is made after the account was enabled again stays, also if the end was not complete by then")
    void sparesWhatComesLater() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String owner = "owner-" + story.mark();

        events.push(PushedEvents.DISABLED, owner).expect(202);
        events.push(PushedEvents.ENABLED, owner).expect(202);
        String later = await().atMost(Duration.ofSeconds(60))
                .until(() -> ask(story, app, owner), answer -> answer.status() == 201)
                .text("id");

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            tables.hurry("identity-events");
            assertThat(tables.texts("select name from identity_event where open and name = ?", owner))
                    .isEmpty();
        });
        assertThat(story.status(later)).isEqualTo("requested");
    }

    @Test
    @DisplayName("R104 a person's valid token is refused within a second of the event, until the account is enabled")
    void refusesAPersonsToken() {
        String subject = UUID.randomUUID().toString();
        BrokerApi person = person(subject);
        person.get("/apps").expect(200);

        events.push(PushedEvents.DISABLED, subject).expect(202);

        assertSoonRefused(person, "/apps");
        person(UUID.randomUUID().toString()).get("/apps").expect(200);
        events.push(PushedEvents.ENABLED, subject).expect(202);
        await().atMost(Duration.ofSeconds(60)).until(() -> person.get("/apps").status() == 200);
    }

    @Test
    @DisplayName("R104 a disabled client loses grants, standing approvals, its own connections, and is refused")
    void endsWhatAClientHas() {
        Story story = new Story().partner(Map.of());
        Story.App asking = story.app("asking");
        Story.App other = story.app("other");
        String own = story.active(asking, "read");
        String foreign = story.active(other, "read");
        story.approver()
                .put("/connections/" + foreign + "/grants/" + asking.id(), Map.of("scopes", List.of("read")))
                .expect(200);
        story.approver()
                .put(
                        "/partners/" + story.partner() + "/standing-approvals/" + asking.id(),
                        Map.of("scopes", List.of("read")))
                .expect(204);
        BrokerApi bearer =
                BrokerApi.bearing(BrokerStack.broker(), issuer.token(claims -> claims.put("azp", asking.id())));
        bearer.get("/connections/" + own).expect(200);
        story.token(asking, foreign).expect(200); // from here on the grant is remembered

        events.push(PushedEvents.CLIENT_DISABLED, asking.id()).expect(202);

        assertThat(story.status(own)).isEqualTo("revoked");
        assertThat(story.status(foreign)).isEqualTo("active");
        assertThat(tables.texts("select app from connection_grant where app = ?", asking.id()))
                .isEmpty();
        assertThat(tables.texts("select app from standing_approval where app = ?", asking.id()))
                .isEmpty();
        assertSoonRefused(bearer, "/connections");
        assertThat(asking.api().get("/connections").code()).isEqualTo("unauthenticated");

        events.push(PushedEvents.CLIENT_ENABLED, asking.id()).expect(202);

        await().atMost(Duration.ofSeconds(60))
                .until(() -> bearer.get("/connections").status() == 200);
        assertThat(story.token(asking, foreign).status()).isEqualTo(404);
        assertThat(story.token(other, foreign).status()).isEqualTo(200);
        assertThat(story.request(asking, "read")).isNotEmpty();
    }

    @Test
    @DisplayName("R104 what another replica has noted holds here within a second")
    void seesWhatAnotherReplicaHasNoted() {
        String subject = UUID.randomUUID().toString();
        BrokerApi person = person(subject);
        person.get("/apps").expect(200);

        tables.change(
                "with counted as (update identity_change set number = number + 1 returning 1)"
                        + " insert into identity_principal (kind, name, state, told_at)"
                        + " select 'person', ?, 'purged', now() from counted",
                subject);

        assertSoonRefused(person, "/apps");
    }

    @Test
    @DisplayName("R104 an event whose replica died over it is gone on with")
    void goesOnAfterACrash() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");

        tables.change(
                "insert into identity_event (jti_sha256, kind, name, open) values (sha256('crash'::bytea), 'person', ?,"
                        + " true)",
                "owner-" + story.mark());

        await().atMost(Duration.ofSeconds(60)).until(() -> {
            tables.hurry("identity-events");
            return story.status(connection).equals("revoked");
        });
    }

    @Test
    @DisplayName("R104 a repeated event is acknowledged and has no second effect")
    void doesNothingTwice() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String owner = "owner-" + story.mark();
        String first = events.token(PushedEvents.DISABLED, owner, claims -> {});
        PushedEvents.push(first).expect(202);
        events.push(PushedEvents.ENABLED, owner).expect(202);
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ask(story, app, owner).status() == 201);
        String connection = ask(story, app, owner).expect(201).text("id");

        PushedEvents.push(first).expect(202);

        assertThat(story.status(connection)).isEqualTo("requested");
        assertThat(tables.texts(
                        "select id from audit_event where action = 'principal_disabled' and details ->> 'subject' = ?",
                        owner))
                .hasSize(1);
    }

    @Test
    @DisplayName("R104 an event that was overtaken ends what was made before it, and leaves the account enabled")
    void sparesWhatCameLater() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        String owner = "owner-" + story.mark();
        String before = ask(story, app, owner).expect(201).text("id");
        BigDecimal then = new BigDecimal(
                tables.texts("select extract(epoch from created_at) from connection where owner = ?", owner)
                        .getFirst());
        String late = events.token(PushedEvents.PURGED, owner, claims -> claims.put("toe", then));
        PushedEvents.push(events.token(
                        PushedEvents.ENABLED, owner, claims -> claims.put("toe", then.add(BigDecimal.valueOf(1, 3)))))
                .expect(202);
        String after = ask(story, app, owner).expect(201).text("id");

        PushedEvents.push(late).expect(202);

        assertThat(story.status(before)).isEqualTo("revoked");
        assertThat(story.status(after)).isEqualTo("requested");
        assertThat(ask(story, app, owner).status()).isEqualTo(201);
    }

    /** No request that begins later than a second, in which the machine does not stand still, is let in. */
    private static void assertSoonRefused(BrokerApi caller, String path) {
        try (MachinePauses pauses = new MachinePauses()) {
            long noted = System.nanoTime();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                Duration age = Duration.ofNanos(System.nanoTime() - noted).minus(pauses.total());
                boolean refused = caller.get(path).code().equals("invalid_token");
                assertThat(refused || age.compareTo(Duration.ofSeconds(1)) < 0)
                        .as("let in after %s", age)
                        .isTrue();
                return refused;
            });
        }
    }

    private BrokerApi person(String subject) {
        return BrokerApi.bearing(BrokerStack.broker(), issuer.token(claims -> {
            claims.put("sub", subject);
            claims.put("realm_access", Map.of("roles", List.of("latchkey-admin")));
        }));
    }

    private static BrokerApi.Answer ask(Story story, Story.App app, String owner) {
        return app.api()
                .post("/connections", Map.of("partner", story.partner(), "owner", owner, "scopes", List.of("read")));
    }
}
