package dev.latchkey.sandbox.partner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.Rig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CryptonexTest {

    private final Rig rig = new Rig();

    @BeforeEach
    void register() {
        rig.control().registerClient("cryptonex", "key1", "secret1");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void answersAsDocumented() {
        assertThat(post(call("user.account_list", 1, ""))
                        .json()
                        .at("/result/accounts/0/currency")
                        .asText())
                .isEqualTo("btc");
        assertThat(post(call("transaction.list", 2, ",\"max_count\":10"))
                        .json()
                        .at("/result/summary/total")
                        .asInt())
                .isEqualTo(180);
        assertThat(post(call("account.withdraw", 3, ",\"from_hash\":\"a\",\"to_hash\":\"b\",\"amount\":\"5\""))
                        .json()
                        .at("/result/confirm_type")
                        .asText())
                .isEqualTo("email");
        assertThat(post(call("currency.convert", 4, ",\"amount\":\"1\",\"from_currency\":\"a\",\"to_currency\":\"b\""))
                        .json()
                        .at("/result/status")
                        .asText())
                .isEqualTo("ok");
        assertThat(post(call("user.info", 5, "")).json().at("/id").asInt()).isEqualTo(2);
        assertThat(post(call("user.info", 6, ",\"more\":1"))
                        .json()
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32602);
        assertThat(post(call("user.delete", 7, "")).json().at("/error/code").asInt())
                .isEqualTo(-32601);
    }

    @Test
    void takesOnlyLargerNonces() {
        assertThat(post(call("user.info", 10, "")).json().has("result")).isTrue();
        assertThat(post(call("user.info", 10, "")).json().at("/error/code").asInt())
                .isEqualTo(-32003);
        assertThat(post(call("user.info", 9, "")).json().at("/error/code").asInt())
                .isEqualTo(-32003);
        assertThat(post(call("user.info", 11, "")).json().has("result")).isTrue();
        assertThat(rejections("nonce is not larger than the last one")).isEqualTo(2);
    }

    @Test
    void takesBatchesInTheirOrder() {
        Answer up = post("[" + call("user.info", 1, "") + "," + call("user.account_list", 2, "") + "]");
        assertThat(up.json()).hasSize(2).allMatch(one -> one.has("result"));
        Answer down = post("[" + call("user.info", 4, "") + "," + call("user.info", 3, "") + "]");
        assertThat(down.json().at("/0/result").isObject()).isTrue();
        assertThat(down.json().at("/1/error/code").asInt()).isEqualTo(-32003);
        assertThat(post("[]").json().at("/error/code").asInt()).isEqualTo(-32600);
    }

    @Test
    void refusesWhatIsNotSigned() {
        String good = call("user.info", 1, "");
        assertThat(post(good.replace("user.info", "user.account_list"))
                        .json()
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32002);
        assertThat(post(good.replace("key1", "key2")).json().at("/error/code").asInt())
                .isEqualTo(-32001);
        assertThat(post(good.replace("\"sign\"", "\"sgn\""))
                        .json()
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32600);
        assertThat(post("{").json().at("/error/code").asInt()).isEqualTo(-32700);
        assertThat(post(good).json().has("result")).isTrue();
    }

    @Test
    void jitterLetsRequestsOvertakeEachOther() {
        rig.control().fault(FaultOrder.at("cryptonex").endpoint("api").forever().arrivalJitter(Duration.ofMillis(100)));
        List<Thread> senders = IntStream.rangeClosed(1, 30)
                .mapToObj(nonce -> Thread.startVirtualThread(() -> post(call("user.info", nonce, ""))))
                .toList();
        for (Thread sender : senders) {
            join(sender);
        }
        assertThat(rejections("nonce is not larger than the last one")).isPositive();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private long rejections(String reason) {
        return rig.control()
                .counters()
                .at("/partners/cryptonex/rejections")
                .path(reason)
                .asLong();
    }

    private Answer post(String body) {
        return rig.send("POST", "/cryptonex/api", body, "Content-Type", "application/json");
    }

    private static String call(String method, long nonce, String more) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":{\"key\":\"key1\",\"sign\":\"%s\",\"nonce\":%d%s},\"id\":2}"
                .formatted(method, sha256(method + nonce + "secret1"), nonce, more);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
