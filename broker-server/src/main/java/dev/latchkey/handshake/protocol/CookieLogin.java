package dev.latchkey.handshake.protocol;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.protocol.answer.LoginAnswer;
import dev.latchkey.handshake.protocol.answer.PartnerAnswers;
import dev.latchkey.handshake.protocol.answer.SetCookies;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.partner.credential.CredentialFile;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.vault.SessionCookie;
import dev.latchkey.vault.SessionCookies;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Logs in with the key of a service account: a JWT that is made for this one attempt and nothing else, sent once (R111).
 * What comes back are cookies. Thread-safe.
 */
@ApplicationScoped
class CookieLogin {

    private final PartnerHttp http;
    private final Clock clock;

    CookieLogin(PartnerHttp http, Clock clock) {
        this.http = http;
        this.clock = clock;
    }

    /** The file of our own account, which the registration brought. */
    static CredentialFile ownFile(HandshakeContext context) {
        return context.client()
                .get(CredentialFile.FIELD)
                .map(text -> CredentialFile.parse(text, ""))
                .orElseThrow(() -> new BrokerException(
                        ProblemType.PARTNER_MISCONFIGURED, "Our account's credential file is missing."));
    }

    /** One attempt. */
    LoginAnswer login(HandshakeContext context, CredentialFile file) {
        URI endpoint = context.metadata().endpoints().require(EndpointName.LOGIN_ENDPOINT);
        Dialect dialect = context.partner().profile().dialect();
        Map<String, Object> body =
                Map.of(dialect.name("login_token"), assertion(file), dialect.name("login_project"), file.projectCode());
        try {
            return read(http.send(json(endpoint, body, context)), endpoint, context);
        } catch (PartnerCallException e) {
            return new LoginAnswer.Unusable(e.toProblem(), e.sent());
        }
    }

    /** A JSON object to be posted, with the header fields that the partner's row asks for. */
    static PartnerRequest json(URI endpoint, Map<String, Object> body, HandshakeContext context) {
        Map<String, String> headers =
                new LinkedHashMap<>(context.partner().profile().headers());
        headers.put("Accept", "application/json");
        headers.put("Content-Type", "application/json");
        byte[] bytes = JSONObjectUtils.toJSONString(body).getBytes(StandardCharsets.UTF_8);
        return new PartnerRequest("POST", endpoint, headers, bytes)
                .to(context.partner().recipient());
    }

    private String assertion(CredentialFile file) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .build();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .subject(file.keyId())
                .issueTime(Date.from(clock.instant()))
                .jwtID(UUID.randomUUID().toString())
                .build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(new RSASSASigner(RSAKey.parse(file.jwk().reveal(Purpose.SEND_TO_PARTNER))));
        } catch (ParseException | JOSEException e) {
            throw new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "The account's private key is unusable.", e);
        }
        return token.serialize();
    }

    /** Only 200 is success, and only with a cookie that the API will see. */
    private LoginAnswer read(PartnerResponse response, URI endpoint, HandshakeContext context) {
        Instant now = clock.instant();
        if (PartnerAnswers.isRefusal(response)) {
            return new LoginAnswer.KeyRefused();
        }
        if (response.status() != 200) {
            return new LoginAnswer.Unusable(PartnerAnswers.problem(response, now), true);
        }
        List<SessionCookie> cookies =
                SetCookies.read(response.headers().getOrDefault("set-cookie", List.of()), endpoint, now);
        URI api = context.metadata().endpoints().require(EndpointName.API_BASE);
        RefreshSemantics lives = context.partner().profile().refresh();
        return cookies.stream()
                .filter(cookie -> SessionCookies.reaches(api, cookie))
                .map(cookie -> end(cookie, lives, now))
                .min(Instant::compareTo)
                .<LoginAnswer>map(end -> new LoginAnswer.LoggedIn(cookies, now, end))
                .orElseGet(() -> new LoginAnswer.Unusable(
                        new BrokerException(
                                ProblemType.PARTNER_BAD_RESPONSE, "The partner's answer brings no usable cookie."),
                        true));
    }

    /** When the cookie expires: as stated, else after the row's default lifetime; at most after its maximum lifetime. */
    private static Instant end(SessionCookie cookie, RefreshSemantics lives, Instant now) {
        Instant stated = cookie.expiresAt().orElse(now.plus(lives.defaultLifetime()));
        Instant latest = now.plus(lives.maximumLifetime());
        return stated.isBefore(latest) ? stated : latest;
    }
}
