package dev.latchkey.signing.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.nonce.Replicas;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.MutableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JsonRpcSignerTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String CALL = "{\"jsonrpc\":\"2.0\",\"method\":\"user.info\",\"id\":1}";

    private final Replicas replicas = new Replicas(MutableClock.standing(), Duration.ofSeconds(10), 100);
    private final JsonRpcSigner signer = new JsonRpcSigner(replicas.process());
    private final HandshakeContext context = Registered.context("cryptonex", "key\"1", "secret1");

    @BeforeAll
    void warm() {
        signed(CALL);
    }

    @AfterAll
    void stop() {
        replicas.close();
    }

    @Test
    @DisplayName("R117 the digest of method, nonce and secret, and nothing else of the text is touched")
    void completesACall() {
        String bare = " { \"id\" : \"a\\u0041\", \"method\":\"account.withdraw\" , \"params\" : { \"amount\":1.50E+3,"
                + " \"more\":{\"key\":[0.1e1, null]}, \"n\":123456789012345678901234567890 },\"jsonrpc\":\"2.0\", \"x\":[ ] } ";

        String whole = signed(bare);

        JsonNode params = json(whole).path("params");
        long nonce = params.path("nonce").longValue();
        String added =
                "\"key\":\"key\\\"1\",\"nonce\":" + nonce + ",\"sign\":\"" + sha256("account.withdraw", nonce) + "\",";
        assertThat(whole).isEqualTo(bare.replace("\"params\" : {", "\"params\" : {" + added));
    }

    @Test
    void digestsAsSha256sumDoes() {
        // printf '%s' 'user.account_list1aQcLC343dsfg9hgbOLGeredfsdfIry' | sha256sum
        assertThat(JsonRpcSigner.digest("user.account_list", 1, Secret.of("aQcLC343dsfg9hgbOLGeredfsdfIry")))
                .isEqualTo("6b803f24908137854461a5cca73f68e8630a9e79c49dc0ad50a15b03e88d4443");
    }

    @Test
    void makesParamsWhereThereAreNone() {
        for (String bare : new String[] {CALL, CALL.replace("\"id\"", "\"params\":{},\"id\"")}) {
            JsonNode call = json(signed(bare));
            assertThat(call.path("params").path("key").asText()).isEqualTo("key\"1");
            assertThat(call.path("params").path("sign").asText())
                    .isEqualTo(sha256(
                            "user.info", call.path("params").path("nonce").longValue()));
            assertThat(call.path("params")).hasSize(3);
            assertThat(call.path("id").intValue()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("each call of a batch has a nonce of its own, in order, and keeps its id")
    void completesABatch() {
        String batch = IntStream.range(0, 100)
                .mapToObj(id -> "{\"jsonrpc\":\"2.0\",\"method\":\"m" + id + "\",\"params\":{\"a\":" + id + "},\"id\":"
                        + (id == 50 ? "null" : "\"" + id + "\"") + "}")
                .collect(Collectors.joining(", ", "[ ", "]"));

        JsonNode calls = json(signed(batch));

        assertThat(calls).hasSize(100);
        long last = 0;
        for (int i = 0; i < 100; i++) {
            JsonNode params = calls.path(i).path("params");
            assertThat(params.path("nonce").longValue()).isGreaterThan(last);
            last = params.path("nonce").longValue();
            assertThat(params.path("sign").asText()).isEqualTo(sha256("m" + i, last));
            assertThat(params.path("a").intValue()).isEqualTo(i);
            assertThat(calls.path(i).path("id").asText()).isEqualTo(i == 50 ? "null" : "" + i);
        }
    }

    @Test
    @DisplayName("R117 the methods of a batch are what a grant has to name, and none is open by default")
    void namesTheMethods() {
        String other = CALL.replace("user.info", "\\u0061ccount.withdraw");
        assertThat(signer.methodsOf(Registered.post(context, "", "[" + CALL + "," + other + "," + CALL + "]")))
                .containsExactlyInAnyOrder("user.info", "account.withdraw");
        assertThat(signer.openByDefault()).isFalse();
        assertThat(signer.scheme()).isEqualTo(SigningScheme.JSON_RPC_NONCE);
        assertThat(signer.readsBody(Registered.post(context, "", ""))).isTrue();
    }

    @ParameterizedTest
    @DisplayName("R118 an app does not bring key, nonce or sign itself")
    @ValueSource(strings = {"key", "nonce", "sign", "Key", "NONCE", "\\u006bey", "ſign"})
    void refusesItsOwnNames(String name) {
        String bare = CALL.replace("\"id\"", "\"params\":{\"" + name + "\":1},\"id\"");
        assertThatThrownBy(() -> signed(bare)).satisfies(JsonRpcSignerTest::isInvalid);
    }

    @ParameterizedTest
    @DisplayName("R118 what is no JSON-RPC call of one meaning is not signed, and costs no nonce")
    @ValueSource(
            strings = {
                "",
                "null",
                "1",
                "{}",
                "[]",
                "[1]",
                "[[]]",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"method\":\"b\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"Method\":\"b\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"x\":1,\"x\":2}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[1]}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":null}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a b\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":1}",
                "{\"jsonrpc\":\"2.0\"}",
                "{\"jsonrpc\":\"1.0\",\"method\":\"a\"}",
                "{\"jsonrpc\":2.0,\"method\":\"a\"}",
                "{\"method\":\"a\"}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":{}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":true}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\"",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\"} {}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\"}]",
                "[{\"jsonrpc\":\"2.0\",\"method\":\"a\"}",
                "[{\"jsonrpc\":\"2.0\",\"method\":\"a\"},]",
                "{'jsonrpc':'2.0','method':'a'}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"x\":NaN}}",
                "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":{\"x\":01}}",
                "\uFEFF{\"jsonrpc\":\"2.0\",\"method\":\"a\"}",
                "/**/{\"jsonrpc\":\"2.0\",\"method\":\"a\"}"
            })
    void refusesWhatIsNoCall(String bare) {
        long before = nonce(signed(CALL));
        assertThatThrownBy(() -> signed(bare)).satisfies(JsonRpcSignerTest::isInvalid);
        assertThat(nonce(signed(CALL))).isEqualTo(before + 1);
    }

    @Test
    @DisplayName("R118 bounds: 100 calls, 50 levels, UTF-8, POST of JSON to the one address")
    void refusesOtherRequests() {
        String many = IntStream.range(0, 101).mapToObj(i -> CALL).collect(Collectors.joining(",", "[", "]"));
        assertThatThrownBy(() -> signed(many)).satisfies(JsonRpcSignerTest::isInvalid);
        String deep = CALL.replace("\"id\"", "\"params\":{\"a\":" + "[".repeat(50) + "]".repeat(50) + "},\"id\"");
        assertThatThrownBy(() -> signed(deep)).satisfies(JsonRpcSignerTest::isInvalid);
        PartnerRequest post = Registered.post(context, "", CALL);
        byte[] latin = CALL.replace("\"id\":1", "\"id\":\"é\"").getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> sign(new PartnerRequest("POST", post.uri(), Map.of(), latin)))
                .satisfies(JsonRpcSignerTest::isInvalid);
        assertThatThrownBy(() -> sign(new PartnerRequest("PUT", post.uri(), Map.of(), post.body())))
                .satisfies(JsonRpcSignerTest::isInvalid);
        assertThatThrownBy(() -> sign(Registered.post(context, "", CALL, "Content-Type", "text/plain")))
                .satisfies(is(ProblemType.UNSUPPORTED_MEDIA_TYPE));
        for (String path : new String[] {"/", "/other", "?a=b"}) {
            assertThatThrownBy(() -> sign(Registered.post(context, path, CALL)))
                    .satisfies(is(ProblemType.URL_NOT_ALLOWED));
        }
    }

    @Test
    void saysThatItIsJson() {
        PartnerRequest out =
                sign(Registered.post(context, "", CALL, "content-type", "application/json; charset=utf-8"));
        assertThat(out.headers()).isEqualTo(Map.of("Content-Type", "application/json"));
    }

    @Test
    @DisplayName("R114 what is signed in a turn is numbered in that turn; others wait")
    void signsInItsTurn() {
        JsonRpcSigner elsewhere = new JsonRpcSigner(replicas.process());
        long inTurn;
        Thread other;
        long[] late = new long[1];
        try (RequestSigner.Turn turn = signer.takeTurn(context)) {
            other = Thread.startVirtualThread(() -> late[0] = nonce(Registered.text(
                    elsewhere.sign(context, Registered.CREDENTIAL, Registered.post(context, "", CALL)))));
            inTurn = nonce(signed(CALL));
            assertThat(nonce(signed(CALL))).isEqualTo(inTurn + 1);
        }
        join(other);
        assertThat(late[0]).isGreaterThan(inTurn + 1);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String signed(String bare) {
        return Registered.text(sign(Registered.post(context, "", bare)));
    }

    private PartnerRequest sign(PartnerRequest bare) {
        return signer.sign(context, Registered.CREDENTIAL, bare);
    }

    private static long nonce(String call) {
        return json(call).path("params").path("nonce").longValue();
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private static String sha256(String method, long nonce) {
        return Secret.of(method + nonce + "secret1").sha256Hex();
    }

    private static void isInvalid(Throwable thrown) {
        is(ProblemType.INVALID_REQUEST).accept(thrown);
    }

    private static Consumer<Throwable> is(ProblemType type) {
        return thrown -> assertThat(((BrokerException) thrown).type()).isEqualTo(type);
    }
}
