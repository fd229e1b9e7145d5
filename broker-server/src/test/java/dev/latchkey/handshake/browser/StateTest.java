package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.client.SeenRequest;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the broker gives to the partner's authorization endpoint, and what it keeps of it. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class StateTest {

    private static final int MANY = 200;

    @Inject
    FlowTables tables;

    @Test
    @DisplayName("R69 R78 state and challenge have 256 bits and never come twice")
    void neverTwice() {
        Flow flow = Flow.begun();
        Set<String> states = new HashSet<>();
        Set<String> challenges = new HashSet<>();

        for (int i = 0; i < MANY; i++) {
            Map<String, String> query = Story.query(flow.again().authorize());
            states.add(query.get("state"));
            challenges.add(query.get("code_challenge"));
            assertThat(query).containsEntry("code_challenge_method", "S256").containsEntry("response_type", "code");
        }

        assertThat(states).hasSize(MANY).allSatisfy(StateTest::has256Bits);
        assertThat(challenges).hasSize(MANY).allSatisfy(StateTest::has256Bits);
    }

    @Test
    @DisplayName("R69 the database holds digests of states and links, for ten minutes at most")
    void keptAsDigest() {
        Flow flow = Flow.begun();
        String ticket = flow.link().getPath().substring("/connect/".length());

        assertThat(tables.stateDigests(flow.connection()))
                .containsExactly(
                        Secret.of(flow.story().partner() + "\n" + flow.state()).sha256Hex());
        assertThat(tables.rows("pending_handshake", flow.connection())).noneMatch(row -> row.contains(flow.state()));
        assertThat(tables.rows("connect_ticket", flow.connection()))
                .hasSize(1)
                .allMatch(row -> row.contains(Secret.of(ticket).sha256Hex()))
                .noneMatch(row -> row.contains(ticket));
        assertThat(tables.secondsLeft("pending_handshake", flow.connection()))
                .allMatch(left -> left > 500 && left <= 600);
        assertThat(tables.secondsLeft("connect_ticket", flow.connection())).allMatch(left -> left > 500 && left <= 600);
    }

    @Test
    @DisplayName("R69 a state works once")
    void once() {
        Flow flow = Flow.begun();
        URI callback = flow.callback();

        assertThat(flow.browser().get(callback).status()).isEqualTo(303);
        assertThat(flow.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(flow.tokenRequests()).isEqualTo(1);
    }

    @Test
    @DisplayName("R69 a state that is ten minutes old has ended, and no token is asked for")
    void tooLate() {
        Flow flow = Flow.begun();
        URI callback = flow.callback();
        tables.tenMinutesPass("pending_handshake", flow.connection());

        assertThat(flow.browser().get(callback)).matches(Flow::isStateInvalid);
        assertThat(flow.tokenRequests()).isZero();
    }

    @Test
    @DisplayName("R69 a link that is ten minutes old has ended")
    void linkTooLate() {
        Flow flow = Flow.begun();
        tables.tenMinutesPass("connect_ticket", flow.connection());

        assertThat(flow.browser().get(flow.link())).matches(Flow::isStateInvalid);
    }

    @Test
    @DisplayName("R78 the verifier is in the token request only, and is what the challenge was made of")
    void verifier() throws Exception {
        Flow flow = Flow.begun();
        flow.handle();

        SeenRequest token = flow.story()
                .control()
                .requests(flow.story().sandboxName(), "token")
                .getLast();
        String verifier = token.formValue("code_verifier").orElseThrow();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));

        assertThat(verifier).satisfies(StateTest::has256Bits);
        assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(digest))
                .isEqualTo(Flow.parameter(flow.authorize(), "code_challenge"));
        assertThat(token.method()).isEqualTo("POST");
        assertThat(token.query()).isEmpty();
        assertThat(flow.authorize().toString()).doesNotContain(verifier);
        assertThat(flow.story().control().requests(flow.story().sandboxName(), "authorize"))
                .isNotEmpty()
                .allMatch(seen -> !seen.toString().contains(verifier));
    }

    private static void has256Bits(String text) {
        assertThat(Base64.getUrlDecoder().decode(text)).hasSize(32);
        assertThat(text).hasSize(43);
    }
}
