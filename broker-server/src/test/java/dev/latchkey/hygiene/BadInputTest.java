package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.hygiene.BadBodies.Bad;
import dev.latchkey.hygiene.DocumentedCalls.Call;
import dev.latchkey.hygiene.Judge.Reply;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.RawHttp;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Bad requests, generated from the OpenAPI document: each refused, none answered with our insides, nothing changed. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class BadInputTest {

    private static final int AT_ONCE = 6;
    /** Of the bodies that a caller may not send at all, one in so many is sent. */
    private static final int SAMPLE = 4;

    private static final List<String> BAD_IDS = List.of(
            "00000000-0000-4000-8000-000000000000",
            "zq7mark",
            "ZQ7MARK",
            "1-1-1-1-1",
            "-",
            "0",
            "-1",
            "null",
            "a".repeat(65),
            "a".repeat(300),
            "zq7mark%0d%0aX:y",
            "%c3%28",
            "%00",
            "%7bid%7d",
            "'zq7mark'or'1'='1",
            "zq7mark%27--",
            "%ff",
            "zq7mark%20",
            "..zq7mark",
            "%25zq7mark",
            "%f0%9f%98%80zq7mark",
            "zq7mark$%7bjndi:x%7d",
            "zq7mark%3cscript%3e",
            "urn:uuid:00000000-0000-4000-8000-000000000000",
            "00000000000040008000000000000000",
            "zq7mark*",
            "zq7mark%22");
    private static final List<String> BAD_QUERIES = List.of(
            "zq7mark%21",
            "%00",
            "%c3%28",
            "zq7mark%0d%0aX:y",
            "99999999999999999999",
            "-1",
            "'zq7mark",
            "%ed%a0%80",
            "1e9",
            "a".repeat(3000),
            "zq7mark%1b%5b31m",
            "%27%20or%201=1--",
            "zq7mark.zq7mark",
            "0x10",
            "1%20");

    @Inject
    DataSource database;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final URI broker = BrokerStack.broker();
    private final Judge judge = new Judge();
    private final AtomicInteger sent = new AtomicInteger();
    private final List<Runnable> requests = new ArrayList<>();
    private List<Call> calls = List.of();
    private Scene scene;
    private Map<String, String> before = Map.of();

    @BeforeEach
    void setTheScene() throws SQLException {
        // an answer to HEAD has no body that could be looked at
        calls = DocumentedCalls.read().stream()
                .filter(call -> !call.method().equals("HEAD"))
                .toList();
        scene = new Scene();
        before = Tables.checksums(database, scene.pattern());
    }

    @AfterEach
    void endConnections() {
        http.close();
    }

    @Test
    @DisplayName("R145 R146 R165 R140 refuses every bad body of every call, and changes nothing")
    void refusesBadBodies() throws Exception {
        calls.stream().filter(call -> call.members().isPresent()).forEach(call -> {
            List<Bad> bodies = BadBodies.of(scene.good(call), call.members().orElseThrow(), scene.required(call));
            scene.callers()
                    .forEach((who, authorization) -> bodies.stream()
                            .filter(bad -> mayCall(who, call) || bodies.indexOf(bad) % SAMPLE == 0)
                            .forEach(bad -> ask(
                                    call,
                                    who + " sends " + bad.what(),
                                    () -> judge.refused(
                                            call,
                                            who + " sends " + bad.what(),
                                            send(call, authorization, "application/json", bad.body())))));
        });
        run(2_000);
    }

    @Test
    @DisplayName("R146 refuses every other type of content")
    void refusesOtherContent() throws Exception {
        List<String> types = List.of(
                "text/plain",
                "application/xml",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=zq7mark",
                "application/json; charset=utf-16",
                "application/json-zq7mark",
                "zq7mark",
                "*/*",
                "application/octet-stream",
                "text/json",
                "application/*",
                "application/merge-patch+json");
        calls.stream().filter(call -> call.members().isPresent()).forEach(call -> {
            byte[] good = scene.good(call).toString().getBytes(StandardCharsets.UTF_8);
            scene.callers()
                    .forEach((who, authorization) -> types.forEach(type -> {
                        String what = who + " sends " + type;
                        ask(call, what, () -> judge.refused(call, what, send(call, authorization, type, good)));
                    }));
        });
        run(300);
    }

    @Test
    @DisplayName("R145 R146 R140 refuses every bad form at the token endpoint, as OAuth has it")
    void refusesBadForms() throws Exception {
        Call call = calls.stream().filter(Call::isOAuth).findFirst().orElseThrow();
        String resource = "urn:latchkey:connection:" + scene.values(call).get("id");
        for (String form : BadForms.all(resource)) {
            String what = form.length() > 100 ? form.substring(0, 100) : form;
            scene.callers()
                    .forEach((who, authorization) -> ask(
                            call,
                            what,
                            () -> judge.refused(
                                    call,
                                    who + " sends " + what,
                                    send(
                                            call,
                                            authorization,
                                            "application/x-www-form-urlencoded",
                                            form.getBytes(StandardCharsets.UTF_8)))));
        }
        for (String type : List.of("application/json", "text/plain", "multipart/form-data; boundary=zq7mark", "*/*")) {
            byte[] good = BadForms.good(resource).getBytes(StandardCharsets.UTF_8);
            scene.callers()
                    .forEach((who, authorization) -> ask(
                            call,
                            type,
                            () -> judge.refused(call, who + " sends " + type, send(call, authorization, type, good))));
        }
        run(100);
    }

    @Test
    @DisplayName("R146 R160 knows no malformed and no foreign id")
    void refusesBadIds() throws Exception {
        for (Call call : calls) {
            for (String parameter : idsOf(call)) {
                for (String bad : BAD_IDS) {
                    scene.callers().forEach((who, authorization) -> {
                        Map<String, String> values = new java.util.HashMap<>(scene.values(call));
                        values.put(parameter, bad);
                        String what = who + " asks for " + bad;
                        byte[] body = bodyOf(call);
                        ask(
                                call,
                                what,
                                () -> judge.refused(
                                        call, what, raw(call.method(), call.at(values), authorization, body)));
                    });
                }
            }
            if (call.path().startsWith("/api/v1/connections/{id}")) {
                ask(
                        call,
                        "foreign app",
                        () -> judge.expect(
                                call,
                                "a foreign app",
                                send(call, Optional.of(scene.foreignApp()), "application/json", bodyOf(call)),
                                call.path().matches(".*(approve|reject|revoke|grants/.*)") ? 403 : 404));
            }
        }
        run(2_000);
    }

    @Test
    @DisplayName("R146 takes no query parameter that it cannot read")
    void refusesBadQueries() throws Exception {
        for (Call call : ours().filter(it -> it.method().equals("GET")).toList()) {
            List<String> names = new ArrayList<>(call.query());
            names.addAll(List.of("zq7mark", "state", "code", "error", "iss"));
            for (String name : names) {
                for (String bad : BAD_QUERIES) {
                    String target = call.at(scene.values(call)) + "?" + name + "=" + bad;
                    scene.callers()
                            .forEach((who, authorization) -> List.of(target, target + "&" + name + "=" + bad)
                                    .forEach(it -> ask(
                                            call,
                                            it,
                                            () -> judge.harmless(
                                                    call,
                                                    who + " asks " + it,
                                                    raw("GET", it, authorization, new byte[0])))));
                }
            }
        }
        run(2_000);
    }

    @Test
    @DisplayName("R146 refuses what is no URI at all, without a word")
    void refusesWhatIsNoUri() throws Exception {
        for (Call call : calls) {
            for (String end : List.of("?zq7mark=%zz", "?zq7mark=%", "%zz", "?zq7mark=^<>", "/{zq7mark}")) {
                scene.callers()
                        .forEach((who, authorization) -> ask(call, end, () -> {
                            // The HTTP server answers before the broker sees it, so there is no code.
                            String target = call.at(scene.values(call)) + end;
                            Reply reply = raw(call.method(), target, authorization, bodyOf(call));
                            judge.expect(call, who + " asks " + end, reply, 400, 404);
                            judge.silent(call, who + " asks " + end, reply);
                        }));
            }
        }
        run(500);
    }

    @Test
    @DisplayName("R137 opens no call to a path in disguise, with or without credentials")
    void refusesDisguisedPaths() throws Exception {
        for (Call call : ours().toList()) {
            String plain = call.at(scene.values(call));
            byte[] body = bodyOf(call);
            for (String path : disguises(plain)) {
                scene.callers()
                        .forEach((who, authorization) -> ask(call, path, () -> {
                            Reply reply = raw(call.method(), path, authorization, body);
                            judge.expect(call, who + " goes to " + path, reply, 400, 401, 403, 404, 405);
                        }));
            }
            if (!call.isBrowsers() && !call.isPartners()) {
                ask(
                        call,
                        plain,
                        () -> judge.expect(call, "nobody", raw(call.method(), plain, Optional.empty(), body), 401));
            }
        }
        run(1_500);
    }

    private static List<String> disguises(String plain) {
        int last = plain.lastIndexOf('/');
        String folder = plain.substring(0, last);
        String name = plain.substring(last + 1);
        List<String> disguised = new ArrayList<>(List.of(
                plain + ";x",
                plain + ";a=b",
                "/;" + plain,
                folder + "/;/" + name,
                folder + ";v=1/" + name,
                folder + "//" + name,
                "/" + plain,
                folder + "/x/../" + name,
                folder + "/x/..;/" + name,
                folder + "/%2e/" + name,
                folder + "/x/%2e%2e/" + name,
                folder + "/x/%2E%2E;a=b/" + name,
                folder + "%2f" + name,
                folder + "%2F" + name,
                plain + ".",
                plain + "%2e",
                plain + "%20",
                plain + "%00",
                plain + "/.",
                plain + "/x/..",
                folder + "%5c" + name,
                folder + "\\" + name,
                "/q/health/.." + plain,
                "/q/health/..;" + plain,
                folder + "/%" + Integer.toHexString(name.charAt(0)) + name.substring(1),
                plain.toUpperCase(Locale.ROOT),
                folder.toUpperCase(Locale.ROOT) + "/" + name));
        String capitals = folder + "/" + name.toUpperCase(Locale.ROOT);
        if (!capitals.equals(plain)) {
            disguised.add(capitals);
        }
        return disguised;
    }

    /** The calls whose whole address is ours; what is below the proxy has a corpus of its own in PartnerAddressTest. */
    private Stream<Call> ours() {
        return calls.stream().filter(call -> !call.isProxied());
    }

    private static List<String> idsOf(Call call) {
        return call.parameters().stream()
                .filter(name -> !(call.isProxied() && name.equals("path")))
                .toList();
    }

    /** Whether the call is that caller's business; used for thinning out only. */
    private static boolean mayCall(String who, Call call) {
        boolean decides = call.path().matches(".*(approve|reject|revoke|grants/.*|standing-approvals/.*)");
        return switch (who) {
            case "admin" -> !decides && !call.path().endsWith("/token");
            case "approver" -> decides;
            case "app" -> call.path().startsWith("/api/v1/connections") && !decides;
            default -> false;
        };
    }

    private byte[] bodyOf(Call call) {
        return call.members().isPresent() ? scene.good(call).toString().getBytes(StandardCharsets.UTF_8) : new byte[0];
    }

    private void ask(Call call, String what, Runnable request) {
        requests.add(() -> {
            sent.incrementAndGet();
            try {
                request.run();
            } catch (RuntimeException e) {
                judge.complaints().add(call.name() + ", " + what + ": " + e);
            }
        });
    }

    /** Sends what was collected and looks at the database. */
    private void run(int least) throws SQLException, InterruptedException, ExecutionException {
        try (ExecutorService senders = Executors.newFixedThreadPool(AT_ONCE)) {
            for (Future<?> done : requests.stream().map(senders::submit).toList()) {
                done.get();
            }
        }
        assertThat(judge.complaints().stream().limit(60)).isEmpty();
        assertThat(sent).hasValueGreaterThanOrEqualTo(least);
        assertThat(Tables.checksums(database, scene.pattern())).isEqualTo(before);
    }

    private Reply send(Call call, Optional<String> authorization, String type, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(broker.resolve(call.at(scene.values(call))))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", type)
                .method(call.method(), BodyPublishers.ofByteArray(body));
        authorization.ifPresent(value -> request.header("Authorization", value));
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            String head = response.headers().map().entrySet().stream()
                    .map(field -> field.getKey() + ":" + field.getValue())
                    .collect(Collectors.joining("\n"));
            return new Reply(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.headers().firstValue("Cache-Control").orElse(""),
                    head,
                    response.body());
        } catch (IOException e) {
            throw new IllegalStateException("no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** For targets that a client would put right. */
    private Reply raw(String method, String target, Optional<String> authorization, byte[] body) {
        String type = target.startsWith("/oauth2") ? "application/x-www-form-urlencoded" : "application/json";
        String head = method + " " + target + " HTTP/1.1\r\nHost: " + broker.getAuthority() + "\r\n"
                + authorization.map(value -> "Authorization: " + value + "\r\n").orElse("")
                + (body.length > 0 ? "Content-Type: " + type + "\r\nContent-Length: " + body.length + "\r\n" : "")
                + "Connection: close\r\n\r\n";
        String answer = RawHttp.send(broker, head + new String(body, StandardCharsets.ISO_8859_1));
        String[] parts = answer.split("\r\n\r\n", 2);
        return new Reply(
                RawHttp.status(answer),
                field(parts[0], "content-type"),
                field(parts[0], "cache-control"),
                parts[0],
                parts.length > 1 ? parts[1] : "");
    }

    private static String field(String head, String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }
}
