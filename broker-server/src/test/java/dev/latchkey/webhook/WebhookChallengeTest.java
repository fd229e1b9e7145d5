package dev.latchkey.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.webhook.Hooked.Reply;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(WebhookStack.class)
class WebhookChallengeTest {

    private static final String GOOD = "aZ09._~+/=-" + "x".repeat(245);

    @Test
    @DisplayName("R120 says a challenge back in the header it came in, by GET and by POST, as text that nobody runs")
    void echoes() {
        Hooked hooked = Hooked.noones();
        for (Reply reply : List.of(
                hooked.get("x-noones-request-challenge: " + GOOD),
                hooked.post(new byte[0], Hooked.CHALLENGE + ": " + GOOD))) {
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.field(Hooked.CHALLENGE)).isEqualTo(GOOD);
            assertThat(reply.body()).isEmpty();
            assertThat(reply.field("content-type")
                            .toLowerCase(java.util.Locale.ROOT)
                            .replace(" ", ""))
                    .isEqualTo("text/plain;charset=utf-8");
            assertThat(reply.field("x-content-type-options")).isEqualTo("nosniff");
            assertThat(reply.field("content-security-policy")).isEqualTo("default-src 'none'; sandbox");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>zq7mark</script>",
                "zq7mark\r\n folded",
                "zq7mark\tx",
                "zq7mark x",
                "zq7mark%0d%0aX-Evil:1",
                "zq7mark\u00e4",
                "zq7mark\u00c3\u00a4",
                "zq7mark\u0085x",
                "zq7mark\"",
                "zq7mark;",
                "zq7mark\r\nX-Noones-Request-Challenge: zq7mark",
                "",
                "LONG"
            })
    @DisplayName("R120 says nothing back that is no plain challenge")
    void echoesNothingElse(String value) {
        String sent = value.equals("LONG") ? "z".repeat(10 * 1024) : value;
        Hooked hooked = Hooked.noones();
        for (Reply reply : List.of(
                hooked.get(Hooked.CHALLENGE + ": " + sent), hooked.post(new byte[0], Hooked.CHALLENGE + ": " + sent))) {
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.code()).isEqualTo("invalid_request");
            assertThat(reply.field(Hooked.CHALLENGE)).isEmpty();
            assertThat(reply.head() + reply.body()).doesNotContain("zq7mark", "zzz");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zq7mark\u0000x", "zq7mark\r\nX-Evil : 1", "zq7mark\rX-Evil: 1"})
    @DisplayName("R120 a header that is none breaks nothing open")
    void survivesBrokenHeaders(String value) {
        Reply reply = Hooked.noones().get(Hooked.CHALLENGE + ": " + value);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.head() + reply.body()).doesNotContain("zq7mark", "X-Evil");
    }

    @Test
    @DisplayName("R120 a challenge in the query is not looked at")
    void knowsNoQuery() {
        Hooked hooked = Hooked.noones();
        String raw = RawHttp.get(BrokerStack.broker(), hooked.path() + "?hub.challenge=zq7mark&challenge=zq7mark");

        assertThat(RawHttp.status(raw)).isEqualTo(400);
        assertThat(raw).doesNotContain("zq7mark");
    }

    @Test
    @DisplayName("R121 challenges nobody but a registration of ours on its own path; all others are told the same")
    void echoesForRegistrationsOnly() {
        Hooked hooked = Hooked.noones();
        Hooked other = Hooked.noones();
        Hooked deleted = Hooked.noones();
        deleted.admin().delete("/partners/" + deleted.partner()).expect(204);
        String name = hooked.path().substring(hooked.path().lastIndexOf('/') + 1);
        String otherName = other.path().substring(other.path().lastIndexOf('/') + 1);
        hooked.admin()
                .post(
                        "/partners",
                        java.util.Map.of(
                                "id",
                                "plain-" + hooked.partner(),
                                "catalog",
                                "cryptonit-oauth2",
                                "credentials",
                                java.util.Map.of("client_id", "c", "client_secret", "s")))
                .expect(201);

        List<String> wrong = List.of(
                "/webhooks/" + hooked.partner() + "/" + otherName,
                "/webhooks/" + hooked.partner() + "/" + name.substring(1),
                "/webhooks/" + hooked.partner() + "/" + "A".repeat(43),
                "/webhooks/" + UUID.randomUUID() + "/" + name,
                "/webhooks/plain-" + hooked.partner() + "/" + name,
                deleted.path());

        // 429 while the minute lasts in which another test guesses
        List<Reply> replies = await().pollInterval(Duration.ofSeconds(5))
                .pollDelay(Duration.ZERO)
                .atMost(Duration.ofSeconds(240))
                .until(() -> challenged(wrong), all -> all.stream().noneMatch(reply -> reply.status() == 429));

        assertThat(replies).hasSize(wrong.size()).allSatisfy(reply -> {
            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.head() + reply.body()).doesNotContain("zq7mark");
        });
        assertThat(replies.stream().map(Reply::lasting).distinct()).hasSize(1);
    }

    private static List<Reply> challenged(List<String> paths) {
        return paths.stream()
                .map(path -> Reply.of(RawHttp.get(BrokerStack.broker(), path, Hooked.CHALLENGE + ": zq7mark")))
                .toList();
    }

    @Test
    @DisplayName("R120 the sandbox's Noones saves our URL, and no URL that it was not given")
    void passesNoonesOwnCheck() {
        Hooked hooked = Hooked.noones();

        assertThat(BrokerStack.control().saveWebhook(hooked.url().toString(), Optional.of(hooked.secret())))
                .isNotEmpty();
        assertThatThrownBy(() -> BrokerStack.control().saveWebhook(hooked.url() + "x", Optional.empty()))
                .hasMessageContaining("challenge_failed");
    }

    @Test
    @DisplayName("R121 a new URL takes the place of one that became known, at once")
    void renewsTheUrl() {
        Hooked hooked = Hooked.noones();

        String renewed = hooked.admin()
                .post("/partners/" + hooked.partner() + "/webhook-url")
                .expect(200)
                .text("webhook_url");

        assertThat(renewed).isNotEqualTo(hooked.url().toString());
        assertThat(hooked.get(Hooked.CHALLENGE + ": abc").status()).isIn(404, 429);
        assertThat(hooked.admin().get("/partners/" + hooked.partner()).text("webhook_url"))
                .isEqualTo(renewed);
        assertThat(RawHttp.status(RawHttp.get(
                        BrokerStack.broker(), java.net.URI.create(renewed).getRawPath(), Hooked.CHALLENGE + ": abc")))
                .isEqualTo(200);
        hooked.approver().post("/partners/" + hooked.partner() + "/webhook-url").expect(403);
    }
}
