package dev.latchkey.signing;

import static dev.latchkey.testkit.FaultyServer.answering;
import static dev.latchkey.testkit.FaultyServer.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.BrokerClient;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.testkit.TestHttp;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@TestProfile(BrokerStack.class)
@Timeout(180)
class ProxyFlowTest {

    @Test
    @DisplayName("each method reaches the partner once, with the connection's token, its path and query as they are")
    void passesEachMethodOn() throws Exception {
        try (FaultyServer api =
                FaultyServer.start(answering(response(207, "X-Answer: a\r\nx-answer: b\r\n", "done")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            String token = proxy.token();
            for (String method : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
                boolean body = List.of("POST", "PUT", "PATCH", "DELETE").contains(method);

                BrokerClient.Answer answer = proxy.client()
                        .send(proxy.client()
                                .request(proxy.at("/v1/a;b=c/%7Ex%20y?q=%20+%2F&&empty="))
                                .header("X-Asked", "1")
                                .header("Content-Type", "application/x-www-form-urlencoded; charset=latin1")
                                .method(method, body ? BodyPublishers.ofString("a=%zz&b") : BodyPublishers.noBody()));

                assertThat(answer.status()).as(method).isEqualTo(207);
                assertThat(answer.body()).as(method).isEqualTo(method.equals("HEAD") ? "" : "done");
                assertThat(answer.header("Content-Length")).as(method).isEqualTo("4");
                assertThat(answer.response().headers().allValues("X-Answer")).containsExactly("a", "b");
                assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
                assertThat(answer.header("Latchkey-Error")).isEmpty();
                String request = api.requests().getLast();
                assertThat(request)
                        .startsWith(method + " /api/v1/a;b=c/%7Ex%20y?q=%20+%2F&&empty= HTTP/1.1\r\n")
                        .contains("\r\nAuthorization: Bearer " + token + "\r\n")
                        .containsIgnoringCase("\r\nX-Asked: 1\r\n")
                        .containsIgnoringCase(
                                "\r\nContent-Type: application/x-www-form-urlencoded; charset=latin1\r\n");
                assertThat(request.endsWith("\r\n\r\na=%zz&b")).as(request).isEqualTo(body);
            }
            assertThat(api.connections()).isEqualTo(7);
            assertThat(proxy.audited("request_proxied")).hasSize(7).containsOnly("success");
        }
    }

    @Test
    @DisplayName("an empty path is api_base itself; what the partner refuses, redirects or packs passes through")
    void passesAnyAnswerOn() throws Exception {
        try (FaultyServer other = FaultyServer.start(answering(response(200, "", "caught")));
                FaultyServer api = FaultyServer.start(connection -> {
                    String request = connection.readRequest();
                    String path = request.substring(request.indexOf(' ') + 1, request.indexOf(" HTTP"));
                    connection.write(
                            switch (path) {
                                case "/api" -> response(200, "", "base");
                                case "/api/moved" -> response(302, "Location: " + other.uri("/x") + "\r\n", "");
                                case "/api/none" -> "HTTP/1.1 204 X\r\n\r\n";
                                case "/api/packed" -> response(200, "Content-Encoding: br\r\n", "packed");
                                default ->
                                    response(500, "Content-Type: application/problem+json\r\n", "{\"code\":\"x\"}");
                            });
                })) {
            ProxyStory proxy = ProxyStory.begin(api);

            assertThat(proxy.client().get(proxy.at("")).body()).isEqualTo("base");
            assertThat(proxy.client().get(proxy.at("/")).body()).isEqualTo("base");
            BrokerClient.Answer moved = proxy.client().get(proxy.at("/moved"));
            assertThat(moved.status()).isEqualTo(302);
            assertThat(moved.header("Location")).isEqualTo(other.uri("/x").toString());
            assertThat(other.connections()).isZero();
            assertThat(proxy.client().get(proxy.at("/none")).status()).isEqualTo(204);
            assertThat(proxy.client().get(proxy.at("/packed")).header("Content-Encoding"))
                    .isEqualTo("br");
            BrokerClient.Answer failed = proxy.client().get(proxy.at("/fails"));
            assertThat(failed.status()).isEqualTo(500);
            assertThat(failed.body()).isEqualTo("{\"code\":\"x\"}");
            assertThat(failed.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(failed.header("Latchkey-Error")).isEmpty();
        }
    }

    @Test
    @DisplayName("R112 the app's own credential and what is for one hop go no further, in either direction")
    void stripsWhatIsNotForTheOther() throws Exception {
        try (FaultyServer api = FaultyServer.start(answering(response(
                200,
                "Set-Cookie: a=b\r\nStrict-Transport-Security: max-age=1\r\nContent-Security-Policy: x\r\n"
                        + "Access-Control-Allow-Origin: *\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-Kept: 1\r\n"
                        + "Latchkey-Error: forged\r\nCache-Control: public\r\nX-Request-Id: theirs\r\n",
                "ok")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            String own = TestHttp.basic(proxy.app.id(), proxy.app.secret());

            String answer = RawHttp.get(
                    BrokerStack.broker(),
                    proxy.at("/x"),
                    "Authorization: " + own,
                    "Cookie: session=app",
                    "Proxy-Authorization: Basic eA==",
                    "Forwarded: for=1.2.3.4",
                    "X-Forwarded-For: 1.2.3.4",
                    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                    "baggage: user=alice",
                    "Keep-Alive: timeout=5",
                    "TE: trailers",
                    "X-Hop: 1",
                    "Connection: X-Hop, Authorization",
                    "X-Kept: 1");

            assertThat(RawHttp.status(answer)).isEqualTo(200);
            String seen = api.requests().getFirst().toLowerCase(Locale.ROOT);
            assertThat(seen)
                    .contains("x-kept: 1", "authorization: bearer ")
                    .doesNotContain(
                            own.toLowerCase(Locale.ROOT), "cookie", "proxy-", "forwarded", "1.2.3.4", "traceparent")
                    .doesNotContain("baggage", "keep-alive", "te: ", "x-hop", "basic ");
            assertThat(answer.toLowerCase(Locale.ROOT))
                    .contains("x-kept: 1", "cache-control: no-store", "x-content-type-options: nosniff")
                    .doesNotContain("set-cookie", "max-age", "policy: x", "access-control", "x-hop", "forged")
                    .doesNotContain("public", "theirs");
        }
    }

    @Test
    @DisplayName("R118 R129 a path that could lead elsewhere, and a field that changes the method, reach nobody")
    void refusesTricks() throws Exception {
        try (FaultyServer api = FaultyServer.start(answering(response(200, "", "caught")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            String own = "Authorization: " + TestHttp.basic(proxy.app.id(), proxy.app.secret());

            for (String path : List.of(
                    "/../secret",
                    "/a/../../secret",
                    "/..;/secret",
                    "/a/..;x=1/b",
                    "/%2e%2e/secret",
                    "/.%2E/secret",
                    "/..%2fsecret",
                    "/a%2f..%2f..%2fsecret",
                    "/..%5csecret",
                    "/%252e%252e/secret",
                    "/..%252fsecret",
                    "//other.example/x",
                    "/a//b",
                    "/a%00b",
                    "/a%0d%0ab",
                    "/%c0%ae%c0%ae/secret",
                    "/%ef%bc%8e%ef%bc%8e/secret",
                    "/a\\b",
                    "/x?a=b#c",
                    "/x?a={b}")) {
                assertThat(RawHttp.status(RawHttp.get(BrokerStack.broker(), proxy.at(path), own)))
                        .as(path)
                        .isIn(400, 404, 422);
            }
            for (String field : List.of("X-HTTP-Method-Override: DELETE", "X-Original-URL: /admin")) {
                assertThat(RawHttp.status(RawHttp.get(BrokerStack.broker(), proxy.at("/x"), own, field)))
                        .as(field)
                        .isEqualTo(400);
            }
            assertThat(api.connections()).isZero();
        }
    }

    @Test
    @DisplayName("R160 R159 only an app with a grant gets through, and a denial is written down")
    void servesGranteesOnly() throws Exception {
        try (FaultyServer api = FaultyServer.start(answering(response(200, "", "ok")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            BrokerClient foreign = proxy.of(proxy.story.app("other"));

            assertThat(foreign.get(proxy.at("/x")).code()).isEqualTo("not_found");
            assertThat(BrokerClient.at(BrokerStack.broker()).get(proxy.at("/x")).code())
                    .isEqualTo("unauthenticated");
            assertThat(proxy.story.admin().get(proxy.at("/x")).code()).isEqualTo("forbidden");
            assertThat(proxy.client()
                            .get("/api/v1/connections/00000000-0000-4000-8000-000000000000/proxy/x")
                            .header("Latchkey-Error"))
                    .isEqualTo("not_found");
            assertThat(api.connections()).isZero();
            assertThat(proxy.audited("request_proxied")).containsExactly("denied");
        }
    }

    @Test
    @DisplayName("R118 a grant that names methods covers no other one")
    void keepsToTheGrantsMethods() throws Exception {
        try (FaultyServer api = FaultyServer.start(answering(response(200, "", "ok")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            String grant = "/connections/" + proxy.connection + "/grants/" + proxy.app.id();
            proxy.story
                    .approver()
                    .put(grant, Map.of("methods", List.of("GET", "HEAD")))
                    .expect(200);

            assertThat(proxy.client().get(proxy.at("/x")).status()).isEqualTo(200);
            BrokerClient.Answer refused = proxy.client().post(proxy.at("/x"), "{}");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.code()).isEqualTo("method_not_granted");
            assertThat(proxy.story.token(proxy.app, proxy.connection).code()).isEqualTo("method_not_granted");
            assertThat(api.connections()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("a grant of fewer scopes than the token has covers no request with it")
    void keepsToTheGrantsScopes() throws Exception {
        try (FaultyServer api = FaultyServer.start(answering(response(200, "", "ok")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            String grant = "/connections/" + proxy.connection + "/grants/" + proxy.app.id();
            proxy.story.approver().put(grant, Map.of("scopes", List.of())).expect(200);

            assertThat(proxy.client().get(proxy.at("/x")).code()).isEqualTo("scope_not_granted");
            assertThat(api.connections()).isZero();
        }
    }

    @Test
    @DisplayName("R104 a revoked connection proxies nothing")
    void endsWithTheConnection() throws Exception {
        try (FaultyServer api = FaultyServer.start(answering(response(200, "", "ok")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            assertThat(proxy.client().get(proxy.at("/x")).status()).isEqualTo(200);

            proxy.story
                    .approver()
                    .post("/connections/" + proxy.connection + "/revoke")
                    .expect(200);

            BrokerClient.Answer refused = proxy.client().get(proxy.at("/x"));
            assertThat(refused.status()).isEqualTo(404);
            assertThat(refused.code()).isEqualTo("not_found");
            assertThat(api.connections()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("R168 the audit row tells method, host and path, and nothing that a query or body may hold")
    void writesDownWhatIsSafe() throws Exception {
        try (FaultyServer api = FaultyServer.start(answering(response(200, "", "ok")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            proxy.client()
                    .send(proxy.client()
                            .request(proxy.at("/orders?key=canary-query"))
                            .header("X-Key", "canary-header")
                            .POST(BodyPublishers.ofString("canary-body")));

            Answer audit = proxy.story
                    .admin()
                    .get("/audit?connection=" + proxy.connection + "&action=request_proxied")
                    .expect(200);

            JsonNode row = audit.json().path("items").path(0);
            assertThat(row.path("details").path("method").asText()).isEqualTo("POST");
            assertThat(row.path("details").path("path").asText()).isEqualTo("/api/orders");
            assertThat(row.path("details").path("host").asText()).isEqualTo("127.0.0.1:" + api.port());
            assertThat(row.path("app").asText()).isEqualTo(proxy.app.id());
            assertThat(audit.raw().body()).doesNotContain("canary");
        }
    }

    @Test
    @DisplayName("R116 a lost answer of a request that must not be repeated is outcome_unknown, and nothing is resent")
    void tellsALostAnswer() throws Exception {
        try (FaultyServer api = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.reset();
        })) {
            ProxyStory proxy = ProxyStory.begin(api);

            BrokerClient.Answer lost = proxy.client().post(proxy.at("/withdraw"), "{}");
            assertThat(lost.status()).isEqualTo(504);
            assertThat(lost.code()).isEqualTo("outcome_unknown");
            assertThat(lost.header("Retry-After")).isNotEmpty();
            assertThat(lost.header("Latchkey-Error")).isEqualTo("outcome_unknown");
            assertThat(proxy.client().get(proxy.at("/withdraw")).code()).isEqualTo("partner_bad_response");
            assertThat(api.connections()).isEqualTo(2);
            assertThat(proxy.audited("request_proxied")).containsExactly("failed", "success", "failed", "success");
        }
        try (FaultyServer gone = FaultyServer.start(answering(response(200, "", "ok")))) {
            ProxyStory proxy = ProxyStory.begin(gone);
            gone.close();
            assertThat(proxy.client().post(proxy.at("/withdraw"), "{}").code()).isEqualTo("partner_unavailable");
        }
    }

    @Test
    @DisplayName("an answer that breaks off is no complete answer for the app either")
    void cutsABrokenAnswer() throws Exception {
        for (String head : List.of("Content-Length: 100000\r\n", "Transfer-Encoding: chunked\r\n")) {
            String part = head.startsWith("C") ? "part" : "4\r\npart\r\n";
            try (FaultyServer api = FaultyServer.start(answering("HTTP/1.1 200 OK\r\n" + head + "\r\n" + part))) {
                ProxyStory proxy = ProxyStory.begin(api);

                for (int i = 0; i < 20; i++) { // the framework's own ending would come now and then only
                    assertThatThrownBy(() -> proxy.client().get(proxy.at("/x")))
                            .hasRootCauseInstanceOf(IOException.class);
                }
            }
        }
    }

    @Test
    @DisplayName("a body where none belongs, and an app without a body, are told apart")
    void knowsWhichMethodsHaveABody() throws Exception {
        try (FaultyServer api = FaultyServer.start(answering(response(200, "", "ok")))) {
            ProxyStory proxy = ProxyStory.begin(api);
            assertThat(proxy.client()
                            .send("GET", proxy.at("/x"), "text/plain", new byte[1])
                            .code())
                    .isEqualTo("invalid_request");
            assertThat(proxy.client()
                            .send(proxy.client().request(proxy.at("/x")).POST(BodyPublishers.noBody()))
                            .status())
                    .isEqualTo(200);
            assertThat(api.requests())
                    .singleElement()
                    .satisfies(request -> assertThat(request).contains("Content-Length: 0\r\n"));
        }
    }

    @Test
    @DisplayName("R116 a 401 has the token renewed once and the request sent once more; a second 401 is the app's")
    void renewsARefusedTokenOnce() throws Exception {
        AtomicReference<String> good = new AtomicReference<>("");
        try (FaultyServer api = FaultyServer.start(connection -> {
            String request = connection.readRequest();
            boolean refused = request.contains("Bearer " + good.get() + "\r\n") || request.contains("/never");
            connection.write(refused ? response(401, "", "refused") : response(200, "", request.split(" ")[0]));
        })) {
            ProxyStory proxy = ProxyStory.begin(api);
            good.set(proxy.token());

            BrokerClient.Answer answer = proxy.client().post(proxy.at("/x"), "{\"a\":1}");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("POST");
            assertThat(api.requests()).hasSize(2).allMatch(request -> request.endsWith("{\"a\":1}"));
            assertThat(proxy.story.refreshes()).isEqualTo(1);
            assertThat(proxy.audited("request_proxied")).containsExactly("success", "success");

            for (int i = 0; i < 3; i++) {
                BrokerClient.Answer never = proxy.client().get(proxy.at("/never"));
                assertThat(never.status()).isEqualTo(401);
                assertThat(never.body()).isEqualTo("refused");
            }
            assertThat(proxy.story.refreshes()).as("no storm of renewals").isLessThanOrEqualTo(2);
        }
    }

    @Test
    @DisplayName("R116 what was streamed cannot be sent again, so its 401 is the app's at once")
    void resendsNoStream() throws Exception {
        try (FaultyServer api = FaultyServer.start(connection -> {
            connection.readRequest();
            connection.socket().getInputStream().readNBytes("3\r\nabc\r\n0\r\n\r\n".length());
            connection.write(response(401, "", "refused"));
        })) {
            ProxyStory proxy = ProxyStory.begin(api);

            BrokerClient.Answer answer = proxy.client()
                    .send(proxy.client()
                            .request(proxy.at("/x"))
                            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream("abc".getBytes()))));

            assertThat(answer.status()).isEqualTo(401);
            assertThat(api.connections()).isEqualTo(1);
            assertThat(proxy.story.refreshes()).isZero();
        }
    }
}
