package dev.latchkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.FakeOpenIdProvider;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A partner's ID token decides whether a browser's return is believed; a forged one makes it worth nothing. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class ForgedIdTokenTest {

    private static FakeOpenIdProvider provider;
    private static ECKey elliptic;
    private static OidcPartner partner;

    @BeforeAll
    static void start() throws JOSEException {
        provider = FakeOpenIdProvider.start();
        elliptic = new ECKeyGenerator(Curve.P_256)
                .keyID("elliptic")
                .keyUse(KeyUse.SIGNATURE)
                .generate();
        provider.publish(elliptic);
        partner = new OidcPartner(provider);
    }

    @AfterAll
    static void stop() {
        provider.close();
    }

    @AfterEach
    void behave() {
        provider.partner().setTokenAnswer(UnaryOperator.identity());
    }

    @TestFactory
    @DisplayName("R101 refuses each forged ID token, and fetches nothing that it names")
    Stream<DynamicTest> refusesForgedTokens() {
        return corpus().all().entrySet().stream()
                .map(forged -> DynamicTest.dynamicTest(forged.getKey(), () -> {
                    answerWith(members -> members.computeIfPresent(
                            "id_token", (name, good) -> forged.getValue().apply((String) good)));
                    refused();
                }));
    }

    @TestFactory
    @DisplayName("R101 refuses an answer without a usable ID token")
    Stream<DynamicTest> refusesMissingTokens() {
        Map<String, Object> instead = new LinkedHashMap<>();
        instead.put("null", null);
        instead.put("empty", "");
        instead.put("a blank", " ");
        instead.put("a number", 1);
        instead.put("an object", Map.of("iss", provider.issuer()));
        instead.put("a list", List.of("a"));
        Stream<DynamicTest> odd = instead.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    answerWith(members -> members.put("id_token", each.getValue()));
                    refused();
                }));
        return Stream.concat(odd, Stream.of(DynamicTest.dynamicTest("missing", () -> {
            answerWith(members -> members.remove("id_token"));
            refused();
        })));
    }

    @Test
    @DisplayName("R101 has at least 60 forgeries, each different")
    void hasAWholeCorpus() {
        String good = provider.token(claims -> {
            claims.put("nonce", "n");
            claims.put("sub", "user-1");
        });
        assertThat(corpus().all().values().stream().map(forged -> forged.apply(good)))
                .hasSizeGreaterThanOrEqualTo(60)
                .doesNotHaveDuplicates()
                .doesNotContain(good);
    }

    @TestFactory
    @DisplayName("takes what is only unusual: RSA or EC, a right at_hash, our audience among others")
    Stream<DynamicTest> takesGoodTokens() {
        Map<String, UnaryOperator<Map<String, Object>>> good = new LinkedHashMap<>();
        good.put("plain", members -> members);
        good.put("signed by the EC key", members -> put(members, sign(payload(members))));
        good.put(
                "with its at_hash",
                members -> claim(members, "\"at_hash\":\"" + hash((String) members.get("access_token")) + "\""));
        good.put("with an azp", members -> claim(members, "\"azp\":\"" + OidcPartner.CLIENT_ID + "\""));
        good.put("valid since long", members -> claim(members, "\"nbf\":1700000000"));
        return good.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    OidcPartner other = new OidcPartner(provider);
                    provider.partner().setTokenAnswer(each.getValue());
                    Page page = other.comeBack();
                    assertThat(page.status()).as(page.body()).isEqualTo(303);
                    other.confirm(page);
                    assertThat(other.status()).isEqualTo("active");
                    assertThat(other.refusalOfToken()).isEmpty();
                }));
    }

    private static ForgedIdTokens corpus() {
        return new ForgedIdTokens(provider, elliptic, OidcPartner.CLIENT_SECRET);
    }

    private static void answerWith(Consumer<Map<String, Object>> change) {
        provider.partner().setTokenAnswer(members -> {
            Map<String, Object> changed = new LinkedHashMap<>(members);
            change.accept(changed);
            return changed;
        });
    }

    private static void refused() {
        Page page = partner.comeBack();

        assertThat(page.status()).as(page.body()).isEqualTo(401);
        assertThat(page.body()).contains("invalid_token").doesNotContain("eyJ", "evil");
        assertThat(partner.status()).isEqualTo("approved");
        assertThat(partner.refusalOfToken()).isEqualTo("connection_not_active");
        assertThat(provider.fetches("/evil")).isZero();
        int known = Stream.of("/.well-known/openid-configuration", "/jwks", "/authorize", "/token", "/revoke")
                .mapToInt(provider::fetches)
                .sum();
        assertThat(provider.fetches()).isEqualTo(known);
    }

    private static String payload(Map<String, Object> members) {
        String token = (String) members.get("id_token");
        return Base64URL.from(token.split("\\.")[1]).decodeToString();
    }

    private static Map<String, Object> claim(Map<String, Object> members, String claim) {
        String payload = payload(members);
        return put(members, provider.sign(provider.header().build(), "{" + claim + "," + payload.substring(1)));
    }

    private static Map<String, Object> put(Map<String, Object> members, String idToken) {
        members.put("id_token", idToken);
        return members;
    }

    private static String sign(String payload) {
        try {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .keyID(elliptic.getKeyID())
                    .build();
            JWSObject token = new JWSObject(header, new Payload(payload));
            token.sign(new ECDSASigner(elliptic));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Core section 3.1.3.6, written down anew. */
    private static String hash(String accessToken) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(accessToken.getBytes(StandardCharsets.US_ASCII));
            return Base64URL.encode(Arrays.copyOf(digest, 16)).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
