package dev.latchkey.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.BrokerApi;
import dev.latchkey.testkit.BrokerProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What memory a broker takes under requests that are made to take it, and what it does when there is none. */
class MemoryBoundIT {

    /** The row's 50,000 on request. */
    private static final int REQUESTS = Integer.getInteger("tests.requests", 4000);

    private static final int AT_ONCE = 150;
    private static final byte[] MEBIBYTE = new byte[1024 * 1024];

    @Test
    @DisplayName(
            "R54 with 512 MiB, thousands of slow and of huge requests are refused or wait, and none takes the memory")
    void slowAndHuge() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start()) {
            AtomicInteger answered = new AtomicInteger();
            List<Socket> slow = new ArrayList<>();
            Semaphore room = new Semaphore(AT_ONCE);
            try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < REQUESTS; i++) {
                    room.acquire();
                    int kind = i % 4;
                    senders.execute(() -> {
                        try {
                            if (kind == 0) {
                                synchronized (slow) {
                                    slow.add(begun(broker));
                                }
                            } else {
                                answered.addAndGet(huge(broker, kind) ? 1 : 0);
                            }
                        } catch (IOException e) {
                            // cut off, as it should be
                        } finally {
                            room.release();
                        }
                    });
                }
            }
            for (Socket socket : slow) {
                socket.close();
            }

            assertThat(answered).hasPositiveValue();
            assertThat(BrokerApi.anonymous(broker.baseUri())
                            .get("/q/health/ready")
                            .status())
                    .isEqualTo(200);
            assertThat(broker.logText()).doesNotContain("java.lang.OutOfMemoryError");
            System.out.printf(
                    "R54: %d requests, %d left open, resident %s%n", REQUESTS, slow.size(), resident(broker.pid()));
        }
    }

    @Test
    @DisplayName("R54 when memory runs out in earnest the process ends, and no dump of it is left on the disk")
    void endsWithoutMemory() throws Exception {
        Path here = Path.of("").toAbsolutePath();
        List<Path> before = dumps(here);

        // as ./latchkey starts it, with too little of what classes need, which no archive of them spares
        assertThatThrownBy(() -> BrokerProcess.start(
                                Map.of(),
                                Map.of(
                                        "JAVA_TOOL_OPTIONS",
                                        "-Xshare:off -XX:MaxMetaspaceSize=28m " + String.join(" ", flags())))
                        .close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ended with 3 at its start")
                .hasMessageContaining("OutOfMemoryError");

        assertThat(dumps(here)).isEqualTo(before);
    }

    /** The flags about memory that the project's script gives to the broker. */
    private static List<String> flags() throws IOException {
        List<String> flags = Pattern.compile("-XX:[+-](?:ExitOnOutOfMemoryError|HeapDumpOnOutOfMemoryError)")
                .matcher(Files.readString(Path.of("..", "latchkey")))
                .results()
                .map(found -> found.group())
                .toList();
        assertThat(flags).contains("-XX:+ExitOnOutOfMemoryError", "-XX:-HeapDumpOnOutOfMemoryError");
        return flags;
    }

    private static List<Path> dumps(Path folder) throws IOException {
        try (Stream<Path> files =
                Stream.concat(Files.list(folder), Files.list(Path.of(System.getProperty("java.io.tmpdir"))))) {
            return files.filter(file -> file.toString().endsWith(".hprof")).toList();
        }
    }

    /** A request whose body begins and does not go on. */
    private static Socket begun(BrokerProcess broker) throws IOException {
        Socket socket = connect(broker);
        write(socket, head("POST", "/api/v1/apps", "Content-Length: 60000") + "{\"id\":");
        return socket;
    }

    /** A body, a header or an address of a mebibyte; whether there was an answer. */
    private static boolean huge(BrokerProcess broker, int kind) throws IOException {
        try (Socket socket = connect(broker)) {
            String much = "x".repeat(100_000);
            switch (kind) {
                case 1 -> {
                    write(socket, head("POST", "/api/v1/connections", "Content-Length: " + 10 * MEBIBYTE.length));
                    OutputStream out = socket.getOutputStream();
                    ThreadLocalRandom.current().nextBytes(MEBIBYTE);
                    out.write(MEBIBYTE);
                    out.flush();
                }
                case 2 -> write(socket, head("GET", "/api/v1/catalog", "X-Much: " + much));
                default -> write(socket, head("GET", "/api/v1/apps?much=" + much, "X-Little: 1"));
            }
            return socket.getInputStream().read() >= 0;
        }
    }

    private static String head(String method, String path, String field) {
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" + field
                + "\r\n\r\n";
    }

    private static Socket connect(BrokerProcess broker) throws IOException {
        Socket socket =
                new Socket(InetAddress.getByName("127.0.0.1"), broker.baseUri().getPort());
        socket.setSoTimeout(90_000);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String resident(long pid) throws IOException {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        return Files.exists(status)
                ? Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmRSS"))
                        .findFirst()
                        .orElse("?")
                : "?";
    }
}
