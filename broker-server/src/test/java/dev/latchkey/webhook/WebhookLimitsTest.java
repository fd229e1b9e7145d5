package dev.latchkey.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.webhook.Hooked.Reply;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(WebhookStack.class)
class WebhookLimitsTest {

    private static final int LONGEST = 64 * 1024;
    private static final int SLOW_SENDERS = 100;

    @Inject
    DataSource database;

    @Test
    @DisplayName("R126 takes 64 KiB and no byte more, however the length is told")
    void boundsTheBody() throws IOException {
        Hooked hooked = Hooked.noones();
        String longest = "\"" + "x".repeat(LONGEST - 2) + "\"";

        assertThat(hooked.send(longest).status()).isEqualTo(200);
        Reply declared = hooked.send(longest + " ");
        assertThat(declared.status()).isEqualTo(413);
        assertThat(declared.code()).isEqualTo("payload_too_large");
        assertThat(hooked.send("x".repeat(2 * 1024 * 1024)).status()).isEqualTo(413);
        assertThat(RawHttp.status(endless(hooked))).isEqualTo(413);
    }

    @Test
    @DisplayName("R126 ends a sender of a byte at a time with 408; a hundred of them hold up nobody")
    void endsSlowSenders() throws Exception {
        Hooked hooked = Hooked.noones();
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> slow = new ArrayList<>();
            for (int i = 0; i < SLOW_SENDERS; i++) {
                boolean chunked = i % 2 == 0;
                slow.add(senders.submit(() -> drip(hooked.path(), chunked)));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(hooked.send("{\"n\":" + i + "}").status()).isEqualTo(200);
            }
            for (Future<String> answer : slow) {
                Reply reply = Reply.of(answer.get());
                assertThat(reply.status()).isEqualTo(408);
                assertThat(reply.code()).isEqualTo("request_timeout");
                assertThat(reply.field("connection")).isEqualToIgnoringCase("close");
            }
        }
        assertThat(hooked.send("{\"after\":true}").status()).isEqualTo(200);
    }

    @Test
    @DisplayName("R126 does not wait for the body of who has no business here")
    void readsNothingOfStrangers() throws IOException {
        String head = "POST /webhooks/nobody/" + "x".repeat(43) + " HTTP/1.1\r\nHost: "
                + BrokerStack.broker().getAuthority() + "\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n";

        try (Socket stranger = new Socket("127.0.0.1", BrokerStack.broker().getPort())) {
            stranger.setSoTimeout(60_000);
            stranger.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            byte[] answer = stranger.getInputStream().readNBytes("HTTP/1.1 404".length());

            assertThat(RawHttp.status(new String(answer, StandardCharsets.US_ASCII)))
                    .isIn(404, 429);
        }
    }

    @Test
    @DisplayName(
            "R128 two thousand guesses find nothing and look alike; the one who knows the path is not held up by them")
    void resistsGuessing() throws Exception {
        Hooked hooked = Hooked.noones();
        String name = hooked.path().substring(hooked.path().lastIndexOf('/') + 1);
        assertThat(name).matches("[A-Za-z0-9_-]{43}");
        SecureRandom random = new SecureRandom();
        Set<String> answers = new TreeSet<>();
        int limited = 0;
        try (ExecutorService guessers = Executors.newFixedThreadPool(8)) {
            List<Future<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                String path = guess(hooked, name, random, i);
                replies.add(guessers.submit(
                        () -> Hooked.postTo(path, Hooked.bytes("{}"), Hooked.SIGNATURE + ": " + hooked.sign("{}"))));
            }
            for (Future<Reply> each : replies) {
                Reply reply = each.get();
                assertThat(reply.status()).isIn(404, 429);
                limited += reply.status() == 429 ? 1 : 0;
                assertThat(reply.field("retry-after").isEmpty()).isEqualTo(reply.status() == 404);
                answers.add(reply.lasting());
            }
        }
        assertThat(answers).hasSizeLessThanOrEqualTo(2);
        // two windows of a minute at the most
        assertThat(limited).isGreaterThanOrEqualTo(2_000 - 2 * WebhookStack.WRONG_PATHS);
        assertThat(hooked.send("{}").status()).isEqualTo(200);
        assertThat(Integer.parseInt(new BrokerTables(database)
                        .texts("select count(*) from audit_event where action = 'webhook_refused' and partner is null")
                        .getFirst()))
                .isBetween(1, 40);
    }

    @Test
    @DisplayName("R128 a URL of ours stays the same, differs for each registration, and is in no table")
    void keepsUrlsToItself() {
        Hooked one = Hooked.noones();
        Hooked two = Hooked.noones();
        String name = one.path().substring(one.path().lastIndexOf('/') + 1);

        assertThat(one.admin().get("/partners/" + one.partner()).text("webhook_url"))
                .isEqualTo(one.url().toString());
        assertThat(one.admin().get("/partners").raw().body()).contains(one.url().toString());
        assertThat(two.path()).doesNotContain(name);
        assertThat(one.change("api_key", "other").text("webhook_url"))
                .isEqualTo(one.url().toString());
        one.send("{}");
        assertThat(new BrokerTables(database).tablesHolding(name)).isEmpty();
    }

    private static String guess(Hooked hooked, String name, SecureRandom random, int i) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String guessed = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return switch (i % 4) {
            case 0 -> "/webhooks/" + hooked.partner() + "/" + guessed;
            case 1 -> "/webhooks/none-" + i + "/" + guessed;
            case 2 -> "/webhooks/" + hooked.partner() + "/" + name.substring(0, 42) + (name.endsWith("A") ? "B" : "A");
            default -> "/webhooks/none-" + i + "/" + name;
        };
    }

    /** A chunked body without an end; the answer, or what is left of it. */
    private static String endless(Hooked hooked) throws IOException {
        URI broker = BrokerStack.broker();
        try (Socket socket = new Socket(broker.getHost(), broker.getPort())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            out.write(head(hooked.path(), "Transfer-Encoding: chunked"));
            byte[] chunk = ("1000\r\n" + "x".repeat(4096) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            try {
                for (int i = 0; i < 10_000 && socket.getInputStream().available() == 0; i++) {
                    out.write(chunk);
                    out.flush();
                }
            } catch (IOException cut) {
                // what was said before counts
            }
            return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
        }
    }

    /** One byte every 50 ms until the broker has had enough. */
    private static String drip(String path, boolean chunked) throws IOException, InterruptedException {
        URI broker = BrokerStack.broker();
        try (Socket socket = new Socket(broker.getHost(), broker.getPort())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            out.write(head(path, chunked ? "Transfer-Encoding: chunked" : "Content-Length: 60000"));
            byte[] one = (chunked ? "1\r\nx\r\n" : "x").getBytes(StandardCharsets.US_ASCII);
            try {
                for (int i = 0; i < 600 && socket.getInputStream().available() == 0; i++) {
                    out.write(one);
                    out.flush();
                    Thread.sleep(50);
                }
            } catch (IOException cut) {
                // what was said before counts
            }
            return RawHttp.rest(socket);
        }
    }

    private static byte[] head(String path, String length) {
        return ("POST " + path + " HTTP/1.1\r\nHost: " + BrokerStack.broker().getAuthority()
                        + "\r\nContent-Type: application/json\r\nX-Noones-Signature: " + "0".repeat(64) + "\r\n"
                        + length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
