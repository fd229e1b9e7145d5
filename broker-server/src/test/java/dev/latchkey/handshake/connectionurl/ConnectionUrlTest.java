package dev.latchkey.handshake.connectionurl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.handshake.browser.Flow;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.CalledPartner;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The endpoint that a partner calls: who may, with which code, and how often. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ConnectionUrlTest {

    private static final String JSON = "application/json";

    @Inject
    DataSource database;

    private final Story story = new Story();
    private final CalledPartner partner = CalledPartner.registered(story);

    private Flow begun() {
        return begun(partner);
    }

    private static Flow begun(CalledPartner partner) {
        Story.App app = partner.story().app("shop-" + Math.abs(new Object().hashCode()));
        return Flow.begun(partner.story(), app, partner.story().approved(app));
    }

    private static String codeOf(Flow flow) {
        return Flow.parameter(flow.authorize(), "code");
    }

    private static Answer send(String registration, String body) {
        return BrokerApi.anonymous(BrokerStack.broker()).send("POST", "/connection-url/" + registration, body, JSON);
    }

    /** The problem without the id of its request. */
    private static JsonNode face(Answer answer) {
        return ((ObjectNode) answer.json().deepCopy()).without("instance");
    }

    private void change(String assignment, Flow flow) {
        new BrokerTables(database)
                .change(
                        "update pending_handshake set " + assignment + " where connection = ?::uuid",
                        flow.connection());
    }

    @Test
    @DisplayName("R106 whoever does not know id and secret gets one answer, whatever he sends and wherever")
    void refusesStrangers() {
        Flow flow = begun();
        Story other = new Story();
        CalledPartner neighbour = CalledPartner.registered(other);
        Story plain = new Story().partner(Map.of());
        Map<String, Object> good = partner.body(codeOf(flow));
        Set<JsonNode> faces = new HashSet<>();

        List<Answer> refused = new ArrayList<>();
        for (Object wrong : Arrays.asList(
                null, "", " ", "x", 7, true, List.of(), List.of(partner.clientSecret()), Map.of("a", "b"))) {
            Map<String, Object> body = new HashMap<>(good);
            body.put("client_secret", wrong);
            refused.add(CalledPartner.call(story.partner(), body));
        }
        refused.add(CalledPartner.call("nobody-" + story.mark(), good));
        refused.add(CalledPartner.call("No_Id-" + story.mark(), good));
        refused.add(CalledPartner.call(
                plain.partner(),
                Map.of("client_id", plain.clientId(), "client_secret", plain.clientSecret(), "code", "x")));
        refused.add(CalledPartner.call(other.partner(), good));
        Map<String, Object> mixed = new HashMap<>(good);
        mixed.put("client_secret", neighbour.clientSecret());
        refused.add(CalledPartner.call(other.partner(), mixed));
        mixed.put("client_id", "");
        mixed.put("client_secret", neighbour.clientSecret());
        refused.add(CalledPartner.call(other.partner(), mixed));
        refused.add(CalledPartner.call(other.partner(), Map.of("client_secret", neighbour.clientSecret())));
        refused.add(CalledPartner.call(other.partner(), Map.of("client_id", neighbour.clientId())));
        refused.add(CalledPartner.call(other.partner(), Map.of()));
        refused.add(send(other.partner(), "null"));
        refused.add(send(other.partner(), "{\"client_id\":\"" + "x".repeat(60_000) + "\"}"));

        assertThat(refused).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.code()).isEqualTo("invalid_client");
            faces.add(face(answer));
        });
        assertThat(faces).as("one body for all").hasSize(1);
        partner.call(codeOf(flow)).expect(200);
    }

    @Test
    @DisplayName("R106 what is no such document is refused before anybody is asked for")
    void refusesMalformed() {
        String good = "\"client_id\":\"" + partner.clientId() + "\",\"client_secret\":\"" + partner.clientSecret()
                + "\",\"code\":\"x\"";
        for (String body : List.of(
                "[]",
                "[{" + good + "}]",
                "{" + good,
                "{" + good + "} {}",
                "{" + good + ",\"extra\":1}",
                "{" + good + ",\"code\":\"y\"}",
                "\"text\"")) {
            Answer answer = send(story.partner(), body);
            assertThat(answer.status()).as(body).isEqualTo(400);
            assertThat(answer.code()).isEqualTo("invalid_request");
            assertThat(answer.raw().body()).doesNotContain(partner.clientSecret());
        }
        assertThat(send(story.partner(), "{" + good + " ".repeat(1 << 20) + "}").status())
                .isEqualTo(413);
        assertThat(BrokerApi.anonymous(BrokerStack.broker())
                        .send("POST", "/connection-url/" + story.partner(), "a=b", "application/x-www-form-urlencoded")
                        .status())
                .isEqualTo(415);
    }

    @Test
    @DisplayName("R106 ten wrong calls a minute, then nobody from there is heard, at this registration only")
    void limitsGuessing() {
        Flow flow = begun();
        CalledPartner neighbour = CalledPartner.registered(new Story());
        for (int i = 0; i < 10; i++) {
            assertThat(CalledPartner.call(story.partner(), Map.of("client_id", "x" + i))
                            .status())
                    .isEqualTo(401);
        }

        Answer limited = partner.call(codeOf(flow));

        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.code()).isEqualTo("rate_limited");
        assertThat(Integer.parseInt(limited.header("Retry-After"))).isBetween(1, 60);
        neighbour.call(codeOf(begun(neighbour))).expect(200);
    }

    @Test
    @DisplayName("R107 the code of this registration, in its time, is answered by 256 random bits that nothing shows")
    void answersTheAccessCode() {
        Flow flow = begun();

        Answer answer = partner.call(codeOf(flow)).expect(200);

        assertThat(answer.text("access_code")).matches("[A-Za-z0-9_-]{43}").isNotEqualTo(codeOf(flow));
        assertThat(answer.json().size()).isEqualTo(1);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(flow.status()).isEqualTo("authorizing");
        BrokerTables tables = new BrokerTables(database);
        assertThat(tables.tablesHolding(answer.text("access_code"))).isEmpty();
        assertThat(tables.tablesHolding(codeOf(flow))).isEmpty();
    }

    @Test
    @DisplayName("R107 every other code is invalid_code: unknown, missing, old, or made for somebody else")
    void refusesOtherCodes() {
        Flow old = begun();
        CalledPartner neighbour = CalledPartner.registered(new Story());
        Flow foreign = begun(neighbour);
        change("created_at = created_at - interval '5 minutes'", old);
        Set<JsonNode> faces = new HashSet<>();

        for (Object code : Arrays.asList("x", "", null, 7, List.of(codeOf(old)), codeOf(old), codeOf(foreign))) {
            Map<String, Object> body = partner.body("");
            body.put("code", code);
            Answer answer = CalledPartner.call(story.partner(), body);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo("invalid_code");
            faces.add(face(answer));
        }

        assertThat(faces).hasSize(1);
        neighbour.call(codeOf(foreign)).expect(200);
    }

    @Test
    @DisplayName("R107 of fifty calls at once exactly one is answered, and none after them")
    void answersOneOfFifty() {
        for (int round = 0; round < 3; round++) {
            Flow flow = begun();
            String code = codeOf(flow);

            List<Answer> answers = AtOnce.run(50, () -> partner.call(code));

            assertThat(answers.stream().filter(answer -> answer.status() == 200))
                    .hasSize(1);
            assertThat(answers.stream().filter(answer -> answer.status() != 200))
                    .allMatch(answer -> answer.status() == 400 && answer.code().equals("invalid_code"));
            assertThat(partner.call(code).code()).isEqualTo("invalid_code");
        }
    }

    @Test
    @DisplayName("R109 a lone retry within 30 seconds gets the same answer once more, and a third call none")
    void answersARetry() {
        Flow flow = begun();
        String first = partner.call(codeOf(flow)).expect(200).text("access_code");

        assertThat(partner.call(codeOf(flow)).expect(200).text("access_code")).isEqualTo(first);
        assertThat(partner.call(codeOf(flow)).code()).isEqualTo("invalid_code");
    }

    @Test
    @DisplayName("R109 of several retries at once none is answered, and none after them")
    void answersNoBurstOfRetries() throws Exception {
        Flow flow = begun();
        String code = codeOf(flow);
        partner.call(code).expect(200);

        // the one that is counted waits for the row, so that the others come while it is under way
        BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
                Connection row = locked(flow)) {
            for (int i = 0; i < 10; i++) {
                callers.execute(() -> answers.add(partner.call(code)));
            }
            for (int i = 0; i < 9; i++) {
                assertThat(answers.poll(60, TimeUnit.SECONDS))
                        .extracting(Answer::code)
                        .isEqualTo("invalid_code");
            }
            row.rollback();
        }
        assertThat(answers).extracting(Answer::code).containsExactly("invalid_code");
        assertThat(partner.call(code).code()).isEqualTo("invalid_code");
    }

    private Connection locked(Flow flow) throws SQLException {
        Connection connection = database.getConnection();
        connection.setAutoCommit(false);
        try (PreparedStatement lock =
                connection.prepareStatement("select 1 from pending_handshake where connection = ?::uuid for update")) {
            lock.setString(1, flow.connection());
            lock.executeQuery();
        }
        return connection;
    }

    @Test
    @DisplayName("R109 half a minute later, or once the browser is back, a retry is a replay")
    void answersNoReplay() {
        Flow late = begun();
        partner.call(codeOf(late)).expect(200);
        change("partner_called_at = partner_called_at - interval '30 seconds'", late);
        Flow back = begun();
        back.confirm(back.handle()).expect(200);

        assertThat(partner.call(codeOf(late)).code()).isEqualTo("invalid_code");
        assertThat(partner.call(codeOf(back)).code()).isEqualTo("invalid_code");
    }

    @Test
    @DisplayName("R159 each call is in the audit log, with who called and without what was sent")
    void audits() {
        Flow flow = begun();
        String code = codeOf(flow);
        partner.call(code).expect(200);
        partner.call(code).expect(200);
        partner.call(code);
        CalledPartner.call(story.partner(), Map.of("client_id", partner.clientId(), "client_secret", "guess"));

        JsonNode rows = story.approver()
                .get("/audit?action=partner_called&actor=" + story.partner())
                .expect(200)
                .json()
                .path("items");
        assertThat(rows).hasSize(3);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.path("actor_type").asText()).isEqualTo("partner");
            assertThat(row.path("partner").asText()).isEqualTo(story.partner());
        });
        assertThat(rows.get(0).path("code").asText()).isEqualTo("invalid_code");
        assertThat(rows.get(1).path("details").path("repeated").asBoolean()).isTrue();
        assertThat(rows.get(2).path("connection").asText()).isEqualTo(flow.connection());
        JsonNode denied = story.approver()
                .get("/audit?action=partner_called&actor=-")
                .expect(200)
                .json()
                .path("items");
        assertThat(denied.get(0).path("code").asText()).isEqualTo("invalid_client");
        assertThat(rows + " " + denied).doesNotContain(code, partner.clientSecret(), partner.clientId(), "guess");
    }
}
