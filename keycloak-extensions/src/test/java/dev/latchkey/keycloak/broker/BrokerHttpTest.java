package dev.latchkey.keycloak.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.latchkey.keycloak.testkit.BrokerPeer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class BrokerHttpTest {

    private static final OwnToken TOKEN = OwnToken.ofText("a.b.c");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final BrokerPeer peer = new BrokerPeer();
    private final BrokerHttp http = to(peer.address());

    private static BrokerHttp to(URI address) {
        return new BrokerHttp(new BrokerSettings(address, "latchkey"));
    }

    @AfterEach
    void stop() {
        peer.close();
    }

    @Test
    @DisplayName("sends the form with the token in the header only, and reads status, body and Retry-After")
    void sendsAForm() {
        peer.answers(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "7");
            BrokerPeer.send(exchange, 503, "{\"error\":\"x\"}");
        });

        BrokerAnswer answer = http.post("/oauth2/token", Map.of("resource", "urn:a b&c"), TOKEN, PATIENCE);

        assertThat(answer).isInstanceOfSatisfying(BrokerAnswer.Answered.class, answered -> {
            assertThat(answered.status()).isEqualTo(503);
            assertThat(answered.body()).asString().isEqualTo("{\"error\":\"x\"}");
            assertThat(answered.retryAfter()).contains("7");
        });
        assertThat(peer.asked())
                .containsExactly(
                        new BrokerPeer.Asked("POST", "/oauth2/token", "Bearer a.b.c", "resource=urn%3Aa+b%26c"));
    }

    @Test
    @DisplayName("follows no redirect: the token goes to the configured address only")
    void followsNoRedirect() {
        peer.answers(exchange -> {
            exchange.getResponseHeaders().set("Location", peer.address() + "/elsewhere");
            BrokerPeer.send(exchange, 307, "");
        });

        BrokerAnswer answer = http.post("/oauth2/token", Map.of(), TOKEN, PATIENCE);

        assertThat(answer)
                .isInstanceOfSatisfying(
                        BrokerAnswer.Answered.class,
                        answered -> assertThat(answered.status()).isEqualTo(307));
        assertThat(peer.asked()).hasSize(1);
    }

    @Test
    @DisplayName("gives up on a body that is larger than is read")
    void boundsTheBody() {
        peer.answers(200, "x".repeat(BrokerHttp.LONGEST + 1));
        assertThat(http.get("/", TOKEN, PATIENCE)).isInstanceOf(BrokerAnswer.Unavailable.class);

        peer.answers(200, "x".repeat(BrokerHttp.LONGEST));
        assertThat(http.get("/", TOKEN, PATIENCE)).isInstanceOf(BrokerAnswer.Answered.class);
    }

    @Test
    @DisplayName("gives up on a body that stops in the middle")
    void boundsTheTimeOfTheBody() {
        CountDownLatch over = new CountDownLatch(1);
        peer.answers(exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            await(over);
        });

        assertThat(http.get("/", TOKEN, Duration.ofSeconds(1)))
                .isEqualTo(new BrokerAnswer.Unavailable("no answer in time"));
        over.countDown();
    }

    @Test
    @DisplayName("a broker that is not there is unavailable, and is so without a wait")
    void boundsTheConnecting() throws Exception {
        URI nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }

        assertThat(to(nobody).get("/", TOKEN, PATIENCE)).isEqualTo(new BrokerAnswer.Unavailable("ConnectException"));
    }

    @Test
    @DisplayName("lets only so many wait at once; the next is told at once")
    void boundsTheWaiting() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(32);
        peer.answers(exchange -> {
            waiting.countDown();
            await(over);
            BrokerPeer.send(exchange, 200, "{}");
        });
        var threads = java.util.concurrent.Executors.newCachedThreadPool();
        try {
            for (int i = 0; i < 32; i++) {
                var unused = threads.submit(() -> http.get("/", TOKEN, PATIENCE));
            }
            assertThat(waiting.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(http.get("/", TOKEN, PATIENCE))
                    .isEqualTo(new BrokerAnswer.Unavailable("too many calls wait for it"));
        } finally {
            over.countDown();
            threads.shutdown();
        }
    }

    @Test
    @DisplayName("does not talk to a server whose certificate nobody vouches for")
    void verifiesTls(@TempDir Path folder) throws Exception {
        HttpsServer server = selfSigned(folder);
        server.createContext("/", exchange -> BrokerPeer.send(exchange, 200, "{}"));
        server.start();
        try {
            URI address = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
            assertThat(to(address).get("/", TOKEN, PATIENCE))
                    .isEqualTo(new BrokerAnswer.Unavailable("SSLHandshakeException"));
        } finally {
            server.stop(0);
        }
    }

    private static HttpsServer selfSigned(Path folder) throws Exception {
        Path store = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "a",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        keytool.getInputStream().readAllBytes();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 5);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return server;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(40, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
