package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.Story;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import dev.latchkey.vault.VersionConflictException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a connection whose partner may have renewed it without our knowing. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class LostAnswerTest implements SweepHeldBack {

    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);

    @Inject
    DataSource database;

    @Inject
    CredentialVault vault;

    @Inject
    OrderedPoints points;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName(
            "R25 a strict partner's lost answer is refresh_ambiguous: the old token is served to its end, then decided")
    void strict(boolean acted) {
        Story story = story("strict", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String before = story.token(app, connection).expect(200).text("access_token");
        lose(story, acted);

        Answer lost = longer(app, connection);

        assertThat(lost.code()).isEqualTo("partner_bad_response");
        assertThat(standing(connection)).isEqualTo("active refresh_ambiguous");
        assertThat(story.approver().get("/connections/" + connection).text("reason"))
                .isEqualTo("refresh_ambiguous");
        assertThat(story.token(app, connection).expect(200).text("access_token"))
                .isEqualTo(before);
        Answer unknown = longer(app, connection);
        assertThat(unknown.status()).isEqualTo(504);
        assertThat(unknown.code()).isEqualTo("outcome_unknown");
        assertThat(unknown.header("Retry-After")).isNotEmpty();
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);

        endAccessToken(connection);
        longer(app, connection);
        assertThat(standing(connection)).isEqualTo(acted ? "needs_reauth invalid_grant" : "active ");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(2);
        if (!acted) {
            assertThat(longer(app, connection).code()).isEqualTo("cannot_satisfy_min_ttl");
        }
    }

    @Test
    @DisplayName("R25 in its last seconds the old token is still served, since it is all there is")
    void lastSeconds() {
        Story story = story("strict", 25);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        lose(story, true);
        story.token(app, connection);

        Answer served = story.token(app, connection).expect(200);

        assertThat(served.json().path("warnings").toString()).contains("short_lived");
        assertThat(standing(connection)).isEqualTo("active refresh_ambiguous");
    }

    @Test
    @DisplayName("R19 R25 within the partner's grace the lost answer is fetched once more, without any caller")
    void grace() {
        Story story = story("grace", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        lose(story, true);

        longer(app, connection);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            new BrokerTables(database).hurry("refresh-recovery");
            assertThat(open(connection)).isEqualTo("DONE");
        });
        assertThat(standing(connection)).isEqualTo("active ");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(2);
        assertThat(longer(app, connection).code()).isEqualTo("cannot_satisfy_min_ttl");
    }

    @Test
    @DisplayName("R19 R25 a second sending that does not count leaves the first as unknown as it was")
    void secondDoesNotCount() {
        Story story = story("grace", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        lose(story, true);
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .status(404, Map.of("Content-Type", "text/html"), "<html>"));
        longer(app, connection);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            mayTryAgain(connection);
            longer(app, connection);
            assertThat(story.control().count(story.sandboxName(), "refresh")).isGreaterThan(1);
        });
        assertThat(open(connection)).isEqualTo("SENDING");
        new BrokerTables(database)
                .change(
                        "update refresh_intent set created_at = created_at - interval '61 seconds' where connection = ?",
                        UUID.fromString(connection));

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            mayTryAgain(connection);
            longer(app, connection);
            assertThat(standing(connection)).isEqualTo("active refresh_ambiguous");
        });
        long sent = story.control().count(story.sandboxName(), "refresh");
        assertThat(longer(app, connection).code()).isEqualTo("outcome_unknown");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(sent);
    }

    @Test
    @DisplayName("R19 R25 who stands still before the replay does not send it when the grace is over")
    void graceEndsMeanwhile() {
        Story story = story("grace", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        lose(story, true);
        Runnable standStill = () -> tables.change(
                "update refresh_intent set created_at = created_at - interval '58 seconds' where connection = ?",
                UUID.fromString(connection));
        // whoever is the next to renew, a job or a caller
        points.order(KillPoint.K9, connection, () -> points.order(KillPoint.K3, connection, standStill));
        longer(app, connection);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            mayTryAgain(connection);
            longer(app, connection);
            assertThat(standing(connection)).isEqualTo("active refresh_ambiguous");
        });

        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
        assertThat(longer(app, connection).code()).isEqualTo("outcome_unknown");
        story.token(app, connection).expect(200);
    }

    @Test
    @DisplayName("R20 what an owner stores late that stood still is found, although nobody knew by then")
    void lateStore() throws Exception {
        Story story = story("strict", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        lose(story, true);
        longer(app, connection);
        assertThat(standing(connection)).isEqualTo("active refresh_ambiguous");

        store(
                connection,
                Optional.of(Secret.of("rt-of-a-late-answer")),
                Instant.now().plusSeconds(300));

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            new BrokerTables(database).hurry("refresh-recovery");
            assertThat(open(connection)).isEqualTo("DONE");
        });
        assertThat(standing(connection)).isEqualTo("active ");
    }

    @Test
    @DisplayName("R10 R20 what was lost of the former grant is closed, and no renewal of the newest one is reported")
    void connectedAnew() {
        Story story = story("strict", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        BrokerTables tables = new BrokerTables(database);
        lose(story, true);
        longer(app, connection);
        assertThat(standing(connection)).isEqualTo("active refresh_ambiguous");
        story.connect(app, connection);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            tables.hurry("refresh-recovery");
            assertThat(open(connection)).isEqualTo("DONE");
        });

        assertThat(tables.texts(
                        "select id from audit_event where connection = ? and action = 'token_refreshed'",
                        UUID.fromString(connection)))
                .isEmpty();
        assertThat(standing(connection)).isEqualTo("active ");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
    }

    @Test
    @DisplayName("R16 R20 an answer that was stored and has ended before it was noted is renewed, not handed out")
    void storedAndEnded() throws Exception {
        Story story = story("none", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        store(connection, Optional.empty(), Instant.now().minusSeconds(1));
        new BrokerTables(database)
                .change(
                        "insert into refresh_intent (connection, attempt, token_sha256, kv_version, epoch, state)"
                                + " values (?, gen_random_uuid(), decode(repeat('00', 32), 'hex'), 1, 0, 'SENDING')",
                        UUID.fromString(connection));
        endAccessToken(connection);

        Answer served = story.token(app, connection).expect(200);

        assertThat(served.text("access_token")).isNotEqualTo("at-of-a-late-answer");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(1);
    }

    @Test
    @DisplayName("R53 a credential of which an older backup of PostgreSQL knows nothing is adopted, and not renewed")
    void aheadOfPostgresql() throws Exception {
        Story story = story("strict", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        UUID id = UUID.fromString(connection);
        BrokerTables tables = new BrokerTables(database);
        store(
                connection,
                Optional.of(Secret.of("rt-of-a-late-answer")),
                Instant.now().plusSeconds(3600));
        tables.change("update connection set refresh_due_at = now() where id = ?", id);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            tables.hurry("refresh-ahead");
            assertThat(tables.texts(
                            "select kv_version from connection where id = ? and refresh_due_at > now()"
                                    + " and token_expires_at > now() + interval '30 minutes'",
                            id))
                    .containsExactly("2");
        });
        assertThat(story.refreshes()).isZero();
        assertThat(standing(connection)).isEqualTo("active ");
        assertThat(story.token(app, connection).expect(200).text("access_token"))
                .isEqualTo("at-of-a-late-answer");
    }

    @ParameterizedTest
    @CsvSource({"429, true", "503, true", "500, false", "502, false", "404, true"})
    @DisplayName("R25 R60 an error that may come from before a server that has acted is as good as a lost answer")
    void errors(int status, boolean refused) {
        Story story = story("strict", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .status(status, Map.of("Content-Type", "text/html"), "<html>"));

        longer(app, connection);

        assertThat(standing(connection)).isEqualTo(refused ? "active " : "active refresh_ambiguous");
        assertThat(open(connection)).isEqualTo(refused ? "CLEARED" : "SENDING");
    }

    @Test
    @DisplayName("R26 what was never sent leaves nothing open")
    void neverSent() {
        assertNeverSent("http://127.0.0.1:9/token", "partner_unavailable");
    }

    @Test
    @DisplayName("R26 a TLS handshake that fails leaves nothing open")
    void noTls() throws Exception {
        try (FaultyServer inClear = FaultyServer.start(connection -> {
            connection.write(FaultyServer.response(200, "", "{}"));
            connection.awaitClose();
        })) {
            assertNeverSent("https://127.0.0.1:" + inClear.port() + "/token", "partner_tls");
            assertThat(inClear.connections()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName(
            "R26 R59 what our own registration does not allow to send was not sent: nothing is open, admins are told")
    void ownFault() throws Exception {
        Story story = story("strict", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        VaultPath path = VaultPath.partner(story.partner());
        StoredRecord whole = vault.read(path).orElseThrow();
        Map<String, Secret> fields = new HashMap<>(whole.fields().values());
        fields.remove("client_secret");
        vault.write(path, new SecretFields(fields), whole.version());

        Answer refused = longer(app, connection);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("partner_misconfigured");
        assertThat(open(connection)).isEqualTo("CLEARED");
        assertThat(standing(connection)).isEqualTo("active ");
        assertThat(story.control().count(story.sandboxName(), "refresh")).isZero();
        assertThat(misconfigured(story)).isTrue();

        vault.write(path, whole.fields(), whole.version() + 1);
        mayTryAgain(connection);
        assertThat(longer(app, connection).code()).isEqualTo("cannot_satisfy_min_ttl");
        assertThat(story.refreshes()).isEqualTo(1);
        assertThat(misconfigured(story)).isFalse();
    }

    private static boolean misconfigured(Story story) {
        return story.admin()
                .get("/partners/" + story.partner())
                .expect(200)
                .json()
                .path("misconfigured")
                .asBoolean();
    }

    private void assertNeverSent(String endpoint, String code) {
        Story story = story("strict", 300);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        String before = story.token(app, connection).expect(200).text("access_token");
        story.admin()
                .put(
                        "/partners/" + story.partner(),
                        Map.of(
                                "catalog",
                                "oauth2",
                                "settings",
                                Map.of(
                                        "endpoints",
                                        Map.of(
                                                "authorization_endpoint", story.at("authorize"),
                                                "token_endpoint", endpoint,
                                                "api_base", story.at("api")))))
                .expect(200);

        Answer refused = longer(app, connection);

        assertThat(refused.code()).isEqualTo(code);
        assertThat(open(connection)).isEqualTo("CLEARED");
        assertThat(standing(connection)).isEqualTo("active ");
        assertThat(story.token(app, connection).expect(200).text("access_token"))
                .as("the old one serves on")
                .isEqualTo(before);
        assertThat(story.control().count(story.sandboxName(), "refresh")).isZero();
    }

    @Test
    @DisplayName("R58 a connection that cannot be renewed costs its partner less than 120 calls a day")
    void cheap() {
        Story story = story("none", 20);
        Story.App app = story.app("shop");
        String connection = story.active(app, "read");
        story.control()
                .fault(FaultOrder.at(story.sandboxName())
                        .endpoint("refresh")
                        .forever()
                        .status(503, Map.of(), ""));
        long seconds = 0;
        int calls = 0;
        while (calls < 9) {
            story.token(app, connection);
            story.token(app, connection);
            calls++;
            long pause = Long.parseLong(new BrokerTables(database)
                    .texts(
                            "select ceil(extract(epoch from retry_at - now())) from connection where id = ?",
                            UUID.fromString(connection))
                    .getFirst());
            assertThat(pause).isBetween(25L, 4320L);
            seconds += pause;
            new BrokerTables(database)
                    .change("update connection set retry_at = null where id = ?", UUID.fromString(connection));
        }

        assertThat(story.control().count(story.sandboxName(), "refresh")).isEqualTo(calls);
        // from here on an hour each
        assertThat(calls + (Duration.ofDays(1).toSeconds() - seconds) / 3590 + 1)
                .isLessThanOrEqualTo(120);
    }

    private static void lose(Story story, boolean acted) {
        FaultOrder order = FaultOrder.at(story.sandboxName()).endpoint("refresh");
        story.control().fault(acted ? order.dropAfterCommit() : order.dropBeforeCommit());
    }

    private static Answer longer(Story.App app, String connection) {
        return app.api().post("/connections/" + connection + "/token", LONGER);
    }

    private void endAccessToken(String connection) {
        new BrokerTables(database)
                .change("update connection set token_expires_at = now() where id = ?", UUID.fromString(connection));
    }

    private void mayTryAgain(String connection) {
        new BrokerTables(database)
                .change("update connection set retry_at = null where id = ?", UUID.fromString(connection));
    }

    /** As an owner does that was believed dead; without a refresh token the one that is there stays. */
    private void store(String connection, Optional<Secret> refreshToken, Instant end) throws VersionConflictException {
        VaultPath path = VaultPath.connection(UUID.fromString(connection));
        StoredRecord there = vault.read(path).orElseThrow();
        Credential.OAuth2 known = (Credential.OAuth2) CredentialCodec.decode(there.fields());
        Credential late = new Credential.OAuth2(
                Secret.of("at-of-a-late-answer"),
                refreshToken.or(known::refreshToken),
                end.minusSeconds(300),
                end,
                known.scopes());
        vault.write(path, CredentialCodec.encode(late), there.version());
    }

    private String standing(String connection) {
        return new BrokerTables(database)
                .texts(
                        "select status || ' ' || coalesce(reason, '') from connection where id = ?",
                        UUID.fromString(connection))
                .getFirst();
    }

    private String open(String connection) {
        return new BrokerTables(database)
                .texts("select state from refresh_intent where connection = ?", UUID.fromString(connection))
                .getFirst();
    }

    private static Story story(String rotation, int seconds) {
        Map<String, Object> refresh =
                rotation.equals("grace") ? Map.of("rotation", rotation, "grace", 60) : Map.of("rotation", rotation);
        Story story = new Story().partner(Map.of("refresh", refresh));
        story.control()
                .settings(
                        story.sandboxName(),
                        Map.of("rotation", rotation, "grace_seconds", 60, "access_token_seconds", seconds));
        return story;
    }
}
