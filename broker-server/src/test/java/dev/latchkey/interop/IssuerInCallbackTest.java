package dev.latchkey.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.browser.Page;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.FakeOpenIdProvider;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The {@code iss} of an authorization response (RFC 9207), as the partner's metadata promise it or not. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class IssuerInCallbackTest {

    private static final String ADVERTISED = "authorization_response_iss_parameter_supported";

    private static FakeOpenIdProvider promising;
    private static FakeOpenIdProvider silent;
    private static OidcPartner ofPromising;
    private static OidcPartner ofSilent;

    @BeforeAll
    static void start() {
        promising = FakeOpenIdProvider.start();
        silent = FakeOpenIdProvider.start();
        silent.setMetadata(document -> {
            document.remove(ADVERTISED);
            return document;
        });
        ofPromising = new OidcPartner(promising);
        ofSilent = new OidcPartner(silent);
    }

    @AfterAll
    static void stop() {
        promising.close();
        silent.close();
    }

    @TestFactory
    @DisplayName("R76 only the very issuer comes through where it is promised")
    Stream<DynamicTest> requiredWherePromised() {
        Map<String, UnaryOperator<String>> wrong = wrong();
        wrong.put("missing", issuer -> null);
        wrong.put("empty", issuer -> "");
        return refusedEach(promising, ofPromising, wrong);
    }

    @TestFactory
    @DisplayName("R76 a wrong issuer is refused where none is promised, too")
    Stream<DynamicTest> checkedWherePresent() {
        return refusedEach(silent, ofSilent, wrong());
    }

    @Test
    @DisplayName("R76 two issuers are one too many, in either order")
    void refusesTwo() {
        for (String order : new String[] {"right first", "wrong first"}) {
            ConsentBrowser browser = ofPromising.beforeCallback();
            String location = browser.location().orElseThrow().toString();
            String wrong = "iss=https%3A%2F%2Fevil.example";
            URI twice = URI.create(
                    order.equals("right first")
                            ? location + "&" + wrong
                            : location.replaceFirst("\\?", "?" + wrong + "&"));
            int before = ofPromising.tokenRequests();

            Page page = browser.get(twice);

            assertThat(page.status()).as(order).isEqualTo(400);
            assertThat(page.body()).contains("invalid_request");
            assertThat(ofPromising.tokenRequests()).isEqualTo(before);
        }
    }

    @Test
    @DisplayName("R76 takes the right issuer, and none where none is promised")
    void takesTheRightOne() {
        OidcPartner another = new OidcPartner(promising);
        another.confirm(another.comeBack());
        assertThat(another.status()).isEqualTo("active");

        setIssuer(silent, issuer -> null);
        OidcPartner without = new OidcPartner(silent);
        without.confirm(without.comeBack());
        assertThat(without.status()).isEqualTo("active");
    }

    private static Map<String, UnaryOperator<String>> wrong() {
        Map<String, UnaryOperator<String>> wrong = new LinkedHashMap<>();
        wrong.put("another", issuer -> "https://evil.example");
        wrong.put("with a slash", issuer -> issuer + "/");
        wrong.put("in other case", issuer -> issuer.replace("http", "HTTP"));
        wrong.put("percent-encoded", issuer -> issuer.replace(":", "%3A").replace("/", "%2F"));
        wrong.put("one letter percent-encoded", issuer -> issuer.replace("127", "%3127"));
        wrong.put("by another name", issuer -> issuer.replace("127.0.0.1", "localhost"));
        wrong.put("with a blank", issuer -> issuer + " ");
        return wrong;
    }

    private static Stream<DynamicTest> refusedEach(
            FakeOpenIdProvider provider, OidcPartner partner, Map<String, UnaryOperator<String>> wrong) {
        return wrong.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    setIssuer(provider, each.getValue());
                    int before = partner.tokenRequests();
                    try {
                        Page page = partner.comeBack();

                        assertThat(page.status()).as(page.body()).isEqualTo(400);
                        assertThat(page.body()).contains("state_invalid");
                        assertThat(partner.tokenRequests()).isEqualTo(before);
                        assertThat(partner.status()).isEqualTo("approved");
                    } finally {
                        setIssuer(provider, UnaryOperator.identity());
                    }
                }));
    }

    /** Without an issuer where the change gives none. */
    private static void setIssuer(FakeOpenIdProvider provider, UnaryOperator<String> change) {
        provider.partner().setCallback(parameters -> {
            Map<String, String> changed = new LinkedHashMap<>(parameters);
            changed.compute("iss", (name, issuer) -> change.apply(issuer));
            return changed;
        });
    }
}
