package dev.latchkey.sandbox.partner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.testkit.Answer;
import dev.latchkey.sandbox.testkit.Rig;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NoonesHmacTest {

    private final Rig rig = new Rig();

    @BeforeEach
    void register() {
        rig.control().registerClient("noones-hmac", "key1", "secret1");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void takesASealedForm() {
        Answer answer = call("offer/all", sealed("&type=buy&text=a%20b%2B%C3%A9", "secret1"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/data/parameters/text/0").asText()).isEqualTo("a b+é");
    }

    @Test
    void refusesAWrongSeal() {
        String good = sealed("&a=b", "secret1");
        assertThat(call("user/me", sealed("&a=b", "secret2")).field("error")).isEqualTo("invalid_seal");
        assertThat(call("user/me", good.replace("a=b", "a=c")).field("error")).isEqualTo("invalid_seal");
        assertThat(call("user/me", good.toUpperCase(Locale.ROOT)).status()).isEqualTo(400);
        assertThat(call("user/me", good.replace("key1", "key2")).field("error")).isEqualTo("invalid_key");
    }

    @Test
    void refusesAnotherOrderAnotherEncodingAndRepeats() {
        assertThat(call("user/me", "nonce=1&apikey=key1&apiseal=00").status()).isEqualTo(400);
        assertThat(call("user/me", sealed("&a=b+c", "secret1")).status()).isEqualTo(400);
        assertThat(call("user/me", sealed("&a=%c3%a9", "secret1")).status()).isEqualTo(400);
        assertThat(call("user/me", sealed("&nonce=1", "secret1")).status()).isEqualTo(400);
        assertThat(call("user/me", sealed("", "secret1") + "&a=b").status()).isEqualTo(401);
    }

    @Test
    void refusesANonceOfAnotherTime() {
        String now = sealed("", "secret1");
        assertThat(call("user/me", now).status()).isEqualTo(200);
        rig.clock().advance(Duration.ofMinutes(6));
        assertThat(call("user/me", now).field("error")).isEqualTo("invalid_nonce");
    }

    @Test
    void insistsOnItsMediaTypes() {
        String body = sealed("", "secret1");
        assertThat(rig.post("/noones/api/user/me", body, "Accept", "application/json; version=1")
                        .status())
                .isEqualTo(415);
        assertThat(rig.send("POST", "/noones/api/user/me", body, "Content-Type", "text/plain")
                        .status())
                .isEqualTo(406);
        assertThat(rig.get("/noones/api/currency/list").status()).isEqualTo(405);
    }

    @Test
    void hasNoWallet() {
        assertThat(call("wallet/balance", sealed("", "secret1")).status()).isEqualTo(404);
        assertThat(call("no/such", sealed("", "secret1")).status()).isEqualTo(404);
    }

    private Answer call(String method, String body) {
        return rig.send(
                "POST",
                "/noones/api/" + method,
                body,
                "Content-Type",
                "text/plain",
                "Accept",
                "application/json; version=1");
    }

    private String sealed(String parameters, String secret) {
        String form = "apikey=key1&nonce=" + rig.clock().instant().getEpochSecond() + parameters;
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return form + "&apiseal=" + HexFormat.of().formatHex(mac.doFinal(form.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
