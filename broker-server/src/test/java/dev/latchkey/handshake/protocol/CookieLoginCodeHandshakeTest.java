package dev.latchkey.handshake.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.BrowserReturn;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.NoonKey;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CookieLoginCodeHandshakeTest implements HandshakeContract<CookieLoginCodeHandshake> {

    private static final NoonKey SELLER = NoonKey.of("seller-key");
    private static final Callback CALLBACK = Callback.of(Map.of("state", List.of("st"), "code", List.of("the code")));
    private static final SecretFields NOTHING = new SecretFields(Map.of());

    private final ScriptedPartner partner = new ScriptedPartner();
    private final HandshakeContext context = NoonContext.of(HandshakeKind.COOKIE_LOGIN_CODE);

    @Override
    public CookieLoginCodeHandshake handshake(PartnerHttp http) {
        CookieLogin login = new CookieLogin(http, ScriptedPartner.CLOCK);
        return new CookieLoginCodeHandshake(
                new AccountKeys(http, login, ScriptedPartner.CLOCK), login, ScriptedPartner.CLOCK);
    }

    @Override
    public HandshakeKind expectedKind() {
        return HandshakeKind.COOKIE_LOGIN_CODE;
    }

    @Test
    void sendsTheBrowserWithOurClientAndTheState() {
        HandshakeStep step = handshake(partner).begin(context, Secret.of("st+1"));

        assertThat(step)
                .isEqualTo(new HandshakeStep.Redirect(
                        URI.create("https://oauth.partner.example/?client_id=our%20client&state=st%2B1"),
                        NOTHING,
                        Secret.of("st+1")));
        assertThat(partner.requests).isEmpty();
        assertThat(handshake(partner).read(context.partner().profile(), CALLBACK))
                .isEqualTo(new BrowserReturn(Secret.of("st"), Optional.empty()));
    }

    @Test
    @DisplayName("a code becomes the seller's key on a session of ours, by the names of the row, and the key logs in")
    void completes() {
        partner.acts(NoonContext.cookies("s=ours; Path=/", "s=foreign; Domain=evil.example"))
                .answers(200, "{\"made\":\"the token\"}")
                .answers(200, SELLER.text())
                .acts(NoonContext.cookies("s=theirs; Path=/; Max-Age=600"));

        Credential.Session session = (Credential.Session) handshake(partner).complete(context, CALLBACK, NOTHING);

        assertThat(session.handle()).isEqualTo(Secret.of("theirs"));
        assertThat(session.expiresAt()).isEqualTo(ScriptedPartner.NOW.plusSeconds(600));
        assertThat(session.keyFile().orElseThrow().reveal(Purpose.STORE)).contains("seller-key");
        assertThat(partner.requests)
                .extracting(request -> request.uri().getPath())
                .containsExactly("/login", "/create", "/exchange", "/login");
        assertThat(partner.requests)
                .allSatisfy(request -> assertThat(request.headers()).containsEntry("User-Agent", "latchkey-test"));
        assertAsked(partner.requests.get(1), Map.of("cid", "our client", "cs", "s3cr3t", "the_code", "the code"));
        assertAsked(partner.requests.get(2), Map.of("cid", "our client", "cs", "s3cr3t", "change", "the token"));
    }

    @Test
    @DisplayName("a key that was made is kept though the first login with it does not come through")
    void keepsTheKey() {
        partner.acts(NoonContext.cookies("s=ours; Path=/"))
                .answers(200, "{\"made\":\"the token\"}")
                .answers(200, SELLER.text())
                .answers(503, "");

        Credential.Session session = (Credential.Session) handshake(partner).complete(context, CALLBACK, NOTHING);

        assertThat(session.cookies()).isEmpty();
        assertThat(session.expiresAt()).isBefore(ScriptedPartner.NOW);
        assertThat(handshake(partner).canRenew(session)).isTrue();
    }

    @ParameterizedTest
    @DisplayName("what the partner answers to the two calls is believed only if it is whole")
    @CsvSource(
            delimiter = '|',
            value = {
                "400|{}|partner_bad_response",
                "401|{}|partner_misconfigured",
                "503|{}|partner_unavailable",
                "200|{}|partner_bad_response",
                "200|{\"made\":\"\"}|partner_bad_response",
                "200|[]|partner_bad_response",
                "200|{\"made\":\"a\",\"made\":\"b\"}|partner_bad_response",
            })
    void judgesTheToken(int status, String body, String expected) {
        partner.acts(NoonContext.cookies("s=ours; Path=/")).answers(status, body);

        assertFails(expected);
        assertThat(partner.requests).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200|{\"key_id\":\"k\",\"project_code\":\"p\",\"private_key\":\"none\"}|partner_bad_response",
                "200|{\"made\":\"x\"}|partner_bad_response",
                "409|{}|partner_bad_response",
            })
    void judgesTheFile(int status, String body, String expected) {
        partner.acts(NoonContext.cookies("s=ours; Path=/"))
                .answers(200, "{\"made\":\"the token\"}")
                .answers(status, body);

        assertFails(expected);
        assertThat(partner.requests).hasSize(3);
    }

    @Test
    @DisplayName("a seller's refused key is over; another trouble is not")
    void renews() {
        Credential current =
                handshake(partner).imported(context, SecretFields.of("credential_file", Secret.of(SELLER.text())));
        partner.acts(NoonContext.cookies("s=1; Path=/"))
                .answers(401, "{}")
                .acts(NoonContext.answers(403, "text/html", "<html>"));
        CookieLoginCodeHandshake handshake = handshake(partner);

        assertThat(handshake.renew(context, current)).isInstanceOfSatisfying(Renewal.Renewed.class, renewed -> {
            assertThat(((Credential.Session) renewed.credential()).keyFile()).isPresent();
            assertThat(((Credential.Session) renewed.credential()).handle()).isEqualTo(Secret.of("1"));
        });
        assertThat(handshake.renew(context, current)).isEqualTo(new Renewal.Refused("key_refused"));
        assertThat(handshake.renew(context, current)).isInstanceOf(Renewal.TryLater.class);
    }

    @Test
    void importsAFileAndAsksNobody() {
        assertThat(handshake(partner).importFields()).containsExactly("credential_file");
        assertThatThrownBy(() -> handshake(partner)
                        .imported(context, SecretFields.of("credential_file", Secret.of("{\"key_id\":\"canary\"}"))))
                .isInstanceOfSatisfying(BrokerException.class, e -> {
                    assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST);
                    assertThat(e.extensions()).containsEntry("pointer", "/import/credential_file/private_key");
                    assertThat(e.getMessage()).doesNotContain("canary");
                });
        assertThat(partner.requests).isEmpty();
    }

    private void assertFails(String expected) {
        assertThatThrownBy(() -> handshake(partner).complete(context, CALLBACK, NOTHING))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type().code()).isEqualTo(expected));
    }

    private static void assertAsked(PartnerRequest request, Map<String, String> body) {
        assertThat(NoonContext.body(request)).isEqualTo(body);
        assertThat(request.headers()).containsEntry("Cookie", "s=ours");
    }
}
