package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.audit.Actor;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a confirmer has begun is finished by somebody else, wherever its process died. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class UnfinishedConfirmationTest {

    @Inject
    FlowTables flows;

    @Inject
    Confirmations confirmations;

    @Inject
    DataSource database;

    @SuppressWarnings("NullAway.Init")
    private BrokerTables tables;

    @BeforeEach
    void open() {
        tables = new BrokerTables(database);
        tables.holdBack("handshake-sweep"); // it would come between two lines of a slow test
    }

    @AfterEach
    void letTheJobRun() {
        tables.hurry("handshake-sweep");
    }

    @Test
    @DisplayName(
            "R28 a reconnect that ends between the vault and the database is finished: active, and nothing is revoked")
    void stored() {
        Flow flow = reconnecting();
        String old = token(flow);
        confirmedWithoutDatabase(flow);
        assertThat(flows.secondsLeft("pending_confirmation", flow.connection()))
                .as("nobody waits for the end of the ten minutes")
                .allMatch(left -> left <= 60);

        sweep(flow);

        assertThat(token(flow)).isNotEqualTo(old);
        assertLives(flow);
    }

    @Test
    @DisplayName("R28 what was stored and renewed before anybody finished it keeps the renewed credential")
    void storedAndRenewed() {
        Flow flow = reconnecting();
        confirmedWithoutDatabase(flow);
        UUID id = UUID.fromString(flow.connection());
        int own = Integer.parseInt(tables.texts("select own_version from pending_confirmation where connection = ?", id)
                .getFirst());
        // as by an owner whose lease began before
        tables.change("update pending_confirmation set own_version = null where connection = ?", id);
        renew(flow);
        tables.change("update pending_confirmation set own_version = ? where connection = ?", own, id);
        String renewed = token(flow);

        sweep(flow);

        assertThat(token(flow)).isEqualTo(renewed);
        assertActive(flow);
    }

    @Test
    @DisplayName("R10 nobody renews what a reconnect has stored before that is settled")
    void notRenewedMeanwhile() {
        Flow flow = reconnecting();
        confirmedWithoutDatabase(flow);
        long before = flow.story().refreshes();

        assertThat(longer(flow).code()).isEqualTo("refresh_in_progress");
        assertThat(flow.story().refreshes()).isEqualTo(before);
        sweep(flow);
        assertLives(flow);
    }

    @Test
    @DisplayName("R28 what was confirmed and not stored is stored")
    void notStored() {
        Flow flow = Flow.begun();
        flow.handle();
        claim(flow);

        sweep(flow);

        assertLives(flow);
    }

    @Test
    @DisplayName("R9 what was confirmed and is disconnected before anybody finished it is revoked")
    void disconnected() {
        Flow flow = Flow.begun();
        flow.handle();
        claim(flow);
        tables.change("update connection set status = 'revoked' where id = ?", UUID.fromString(flow.connection()));

        sweep(flow);

        assertThat(tables.vaultPathsOf(flow.connection())).isEmpty();
        assertEnded(flow);
    }

    @Test
    @DisplayName("R28 what nobody confirmed is revoked, too, if the vault was away when its time was up")
    void vaultAway() {
        Flow flow = Flow.begun();
        String handle = flow.handle();
        flows.tenMinutesPass("pending_confirmation", flow.connection());

        tables.asOwner("alter table local_vault rename to local_vault_away");
        try {
            confirmations.sweep(Actor.system("test", "test"));
        } finally {
            tables.asOwner("alter table local_vault_away rename to local_vault");
        }
        assertThat(flow.confirm(handle).code()).isEqualTo("initiator_mismatch");
        sweep(flow);

        assertThat(flow.status()).isEqualTo("approved");
        assertThat(tables.vaultPathsOf(flow.connection())).isEmpty();
        assertEnded(flow);
    }

    private static Flow reconnecting() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        return Flow.begun(story, app, story.active(app, "read"));
    }

    /** The credential reaches the vault, its activation does not reach the database. */
    private void confirmedWithoutDatabase(Flow flow) {
        String handle = flow.handle();
        tables.asOwner("alter table audit_event rename to audit_event_away");
        try {
            assertThat(flow.confirm(handle).status()).isGreaterThanOrEqualTo(500);
        } finally {
            tables.asOwner("alter table audit_event_away rename to audit_event");
        }
        assertThat(flow.confirm(handle).code()).isEqualTo("initiator_mismatch");
    }

    /** The right handle has come, and whoever took it died at once. */
    private void claim(Flow flow) {
        tables.change(
                "update pending_confirmation set handle_sha256 = '' where connection = ?",
                UUID.fromString(flow.connection()));
    }

    private void sweep(Flow flow) {
        flows.tenMinutesPass("pending_confirmation", flow.connection());
        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
            tables.hurry("handshake-sweep");
            assertThat(flows.rows("pending_confirmation", flow.connection())).isEmpty();
        });
        await().atMost(Duration.ofMinutes(1)).until(() -> !flows.isInVault("staged/" + flow.connection()));
    }

    private static void assertLives(Flow flow) {
        assertActive(flow);
        renew(flow);
        assertThat(flow.status()).isEqualTo("active");
    }

    private static void assertActive(Flow flow) {
        assertThat(flow.status()).isEqualTo("active");
        assertThat(flow.story().control().requests(flow.story().sandboxName(), "revoke"))
                .isEmpty();
    }

    private static void assertEnded(Flow flow) {
        assertThat(flow.story().control().families())
                .filteredOn(family ->
                        family.path("family").asText().equals(flow.story().family()))
                .isNotEmpty()
                .noneMatch(family -> family.path("alive").asBoolean());
    }

    /** The partner renews what the connection has in the vault. */
    private static void renew(Flow flow) {
        long before = flow.story().refreshes();

        assertThat(longer(flow).code()).isEqualTo("cannot_satisfy_min_ttl");

        assertThat(flow.story().refreshes()).isEqualTo(before + 1);
    }

    private static Answer longer(Flow flow) {
        return flow.app().api().post("/connections/" + flow.connection() + "/token", Map.of("min_ttl", 3600));
    }

    private static String token(Flow flow) {
        return flow.story().token(flow.app(), flow.connection()).expect(200).text("access_token");
    }
}
