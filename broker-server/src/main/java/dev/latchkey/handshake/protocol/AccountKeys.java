package dev.latchkey.handshake.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.protocol.answer.PartnerAnswers;
import dev.latchkey.handshake.protocol.answer.TokenAnswerReader;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.partner.credential.CredentialFile;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SessionCookie;
import dev.latchkey.vault.SessionCookies;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * How the code of a person's consent becomes a key of their account: two calls on a session of our own, one that makes a
 * token of the code and one that makes the credential file of the token. How the partner calls the members is data of its
 * row. Thread-safe.
 */
@ApplicationScoped
class AccountKeys {

    private final PartnerHttp http;
    private final CookieLogin login;
    private final Clock clock;

    AccountKeys(PartnerHttp http, CookieLogin login, Clock clock) {
        this.http = http;
        this.login = login;
        this.clock = clock;
    }

    /** The account's new key; each call is one attempt, since a code is good for one. */
    CredentialFile issue(HandshakeContext context, Secret code) {
        Dialect names = context.partner().profile().dialect();
        List<SessionCookie> ours =
                login.login(context, CookieLogin.ownFile(context)).orThrow().cookies();
        JsonNode created = ask(context, ours, EndpointName.TOKEN_CREATE_ENDPOINT, names.name("code"), code);
        String token = created.path(names.name("created_token")).asText("");
        if (token.isEmpty()) {
            throw unusable();
        }
        String member = names.name("exchanged_token");
        return file(ask(context, ours, EndpointName.TOKEN_EXCHANGE_ENDPOINT, member, Secret.of(token)));
    }

    private JsonNode ask(
            HandshakeContext context, List<SessionCookie> ours, EndpointName name, String member, Secret value) {
        Dialect names = context.partner().profile().dialect();
        URI endpoint = context.metadata().endpoints().require(name);
        PartnerRequest bare = CookieLogin.json(
                endpoint,
                Map.of(
                        names.name("client_id"),
                        client(context, "client_id"),
                        names.name("client_secret"),
                        client(context, "client_secret"),
                        member,
                        value.reveal(Purpose.SEND_TO_PARTNER)),
                context);
        PartnerRequest request = SessionCookies.headerFor(endpoint, ours, clock.instant())
                .map(cookies -> bare.withHeader("Cookie", cookies))
                .orElse(bare);
        try {
            return read(http.send(request));
        } catch (PartnerCallException e) {
            throw e.toProblem();
        }
    }

    private JsonNode read(PartnerResponse response) {
        if (PartnerAnswers.isRefusal(response)) {
            throw new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "The partner refuses our client.");
        }
        if (response.status() != 200) {
            throw PartnerAnswers.problem(response, clock.instant());
        }
        return TokenAnswerReader.object(response).orElseThrow(AccountKeys::unusable);
    }

    /** What the partner made is judged as what an admin brings, but a flaw in it is the partner's. */
    private static CredentialFile file(JsonNode answer) {
        try {
            return CredentialFile.parse(Secret.of(answer.toString()), "");
        } catch (BrokerException e) {
            throw unusable();
        }
    }

    /** A credential of our client. */
    static String client(HandshakeContext context, String name) {
        return context.client()
                .get(name)
                .orElseThrow(() -> new BrokerException(
                        ProblemType.PARTNER_MISCONFIGURED, "Our client's credentials are not whole."))
                .reveal(Purpose.SEND_TO_PARTNER);
    }

    private static BrokerException unusable() {
        return new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner's answer cannot be used.");
    }
}
