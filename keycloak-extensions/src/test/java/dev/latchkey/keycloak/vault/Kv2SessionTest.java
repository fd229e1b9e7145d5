package dev.latchkey.keycloak.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a token is renewed, replaced and kept, by a clock that the test moves. */
class Kv2SessionTest {

    private static final String LOGIN = "/v1/auth/approle/login";
    private static final String RENEWAL = "/v1/auth/token/renew-self";

    @TempDir
    Path folder;

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final Standing clock = new Standing();
    private volatile int lifeOfLogins = 900;
    private volatile int lifeOfRenewals = 900;
    private volatile int renewals = 200;
    private volatile int logins = 200;
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean hanging;
    private volatile boolean half;
    private HttpServer server;
    private Kv2Session session;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            calls.add(path);
            if (hanging) {
                await(over);
            }
            boolean login = path.equals(LOGIN);
            byte[] answer = ("{\"auth\":{\"client_token\":\"t-" + calls.size()
                            + "\",\"renewable\":true,\"lease_duration\":" + (login ? lifeOfLogins : lifeOfRenewals)
                            + "}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(login ? logins : renewals, answer.length);
            if (half) {
                exchange.getResponseBody().write(answer, 0, 10);
                exchange.getResponseBody().flush();
                await(over);
            }
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.setExecutor(threads);
        server.start();
        Kv2Settings settings = Kv2Settings.of(Map.of(
                "address",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "roleId",
                "role",
                "secretIdFile",
                Files.writeString(folder.resolve("secret-id"), "s").toString())::get);
        session = new Kv2Session(settings, new Kv2Http(settings), clock);
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @DisplayName("R36 a token is renewed when two thirds of its life are over, and not before")
    void renews() {
        assertThat(session.current()).isEqualTo("t-1");
        clock.pass(Duration.ofSeconds(599));
        assertThat(session.current()).isEqualTo("t-1");
        clock.pass(Duration.ofSeconds(1));

        assertThat(session.current()).isEqualTo("t-2");

        assertThat(calls).containsExactly(LOGIN, RENEWAL);
    }

    @Test
    @DisplayName("R36 a renewal that is refused, or gives less than half of the life before, is followed by a login")
    void logsInAgain() {
        session.current();
        clock.pass(Duration.ofSeconds(600));
        lifeOfRenewals = 449;
        assertThat(session.current()).isEqualTo("t-3");
        lifeOfRenewals = 900;
        renewals = 403;
        clock.pass(Duration.ofSeconds(600));
        assertThat(session.current()).isEqualTo("t-5");

        assertThat(calls).containsExactly(LOGIN, RENEWAL, LOGIN, RENEWAL, LOGIN);
    }

    @Test
    @DisplayName("R36 a token that has ended is not shown to the server any more")
    void replacesAnEnded() {
        session.current();
        clock.pass(Duration.ofSeconds(900));

        session.current();

        assertThat(calls).containsExactly(LOGIN, LOGIN);
    }

    @Test
    @DisplayName("refused reads do not become a flood of logins")
    void keepsAYoungToken() {
        String bearer = session.current();
        clock.pass(Duration.ofMillis(4_999));
        session.refused(bearer);
        assertThat(session.current()).isEqualTo(bearer);
        clock.pass(Duration.ofMillis(1));

        session.refused("another");
        assertThat(session.current()).isEqualTo(bearer);
        session.refused(bearer);
        assertThat(session.current()).isNotEqualTo(bearer);

        assertThat(calls).containsExactly(LOGIN, LOGIN);
    }

    @Test
    @DisplayName("a token without an end is looked at within an hour all the same")
    void looksAtAnEndlessToken() {
        lifeOfLogins = 0;
        lifeOfRenewals = 3600;
        String bearer = session.current();
        clock.pass(Duration.ofMinutes(39));
        assertThat(session.current()).isEqualTo(bearer);

        clock.pass(Duration.ofMinutes(1));
        session.current();

        assertThat(calls).containsExactly(LOGIN, RENEWAL);
    }

    @Test
    @DisplayName("R30 a login that failed is not tried again for 5 s, whoever asks")
    void pausesAfterAFailure() {
        logins = 503;
        assertThatThrownBy(session::current).isInstanceOf(Kv2UnavailableException.class);
        clock.pass(Duration.ofMillis(4_999));
        assertThatThrownBy(session::current).isInstanceOf(Kv2UnavailableException.class);
        assertThat(calls).containsExactly(LOGIN);

        logins = 200;
        clock.pass(Duration.ofMillis(1));

        assertThat(session.current()).isEqualTo("t-2");
    }

    @Test
    @DisplayName(
            "R30 R36 while the server is away a token that lives is gone on with, and tried to be renewed every 5 s")
    void goesOnWithALivingToken() {
        session.current();
        clock.pass(Duration.ofSeconds(600));
        renewals = 503;
        logins = 503;
        assertThat(session.current()).isEqualTo("t-1");
        assertThat(session.current()).isEqualTo("t-1");
        assertThat(calls).containsExactly(LOGIN, RENEWAL, LOGIN);
        server.stop(0);
        clock.pass(Duration.ofSeconds(5));
        assertThat(session.current()).isEqualTo("t-1");

        clock.pass(Duration.ofSeconds(295));

        assertThatThrownBy(session::current).isInstanceOf(Kv2UnavailableException.class);
    }

    @Test
    @Timeout(120)
    @DisplayName(
            "R30 of many callers of a server that hangs one has tried to log in, and none waits for all the others")
    void asksAHangingServerOnce() throws Exception {
        hanging = true;
        List<Future<String>> callers = new ArrayList<>();
        for (int caller = 0; caller < 20; caller++) {
            callers.add(threads.submit(session::current));
        }

        for (Future<String> caller : callers) {
            assertThatThrownBy(caller::get).hasCauseInstanceOf(Kv2UnavailableException.class);
        }
        assertThat(calls).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    @Timeout(120)
    @DisplayName("R35 an answer that stops in the middle is none")
    void boundsTheTimeOfTheAnswer() {
        half = true;

        assertThatThrownBy(session::current)
                .isInstanceOf(Kv2UnavailableException.class)
                .hasMessageContaining("TimeoutException");
    }

    @Test
    @Timeout(120)
    @DisplayName("R30 R36 nobody waits for a renewal that hangs, but who asks for it")
    void waitsForNoRenewal() throws Exception {
        session.current();
        clock.pass(Duration.ofSeconds(600));
        hanging = true;
        List<Future<String>> callers = new ArrayList<>();
        for (int caller = 0; caller < 20; caller++) {
            callers.add(threads.submit(session::current));
        }

        for (Future<String> caller : callers) {
            assertThat(caller.get()).isEqualTo("t-1");
        }
        assertThat(calls).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    @DisplayName("R43 without the file of the login there is no token, and the message does not say where it should be")
    void needsTheFile() throws IOException {
        Files.delete(folder.resolve("secret-id"));

        assertThatThrownBy(session::current)
                .isInstanceOf(Kv2UnavailableException.class)
                .hasMessageNotContaining(folder.toString());
        assertThat(calls).isEmpty();
    }

    private static final class Standing extends Clock {

        private volatile Instant now = Instant.parse("2026-11-22T12:00:00Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
