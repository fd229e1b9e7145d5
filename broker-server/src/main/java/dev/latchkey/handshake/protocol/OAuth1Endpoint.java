package dev.latchkey.handshake.protocol;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.protocol.answer.OAuth1Answer;
import dev.latchkey.oauth1.RequestSignature;
import dev.latchkey.oauth1.Signatory;
import dev.latchkey.oauth1.Stamps;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.secret.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;

/** Asks one of the two token endpoints of OAuth 1.0 (RFC 5849 sections 2.1 and 2.3). Thread-safe. */
@ApplicationScoped
class OAuth1Endpoint {

    private final PartnerHttp http;
    private final RequestSignature signature;
    private final Stamps stamps;
    private final Clock clock;

    OAuth1Endpoint(PartnerHttp http, RequestSignature signature, Stamps stamps, Clock clock) {
        this.http = http;
        this.signature = signature;
        this.stamps = stamps;
        this.clock = clock;
    }

    /**
     * Asks once; once more, with the partner's time, if it refuses the request and its clock is not where we took it to be
     * (R97). A refused request has had no effect, so that asking again is safe.
     */
    OAuth1Answer ask(HandshakeContext context, EndpointName name, Signatory signatory, Map<String, Secret> parameters) {
        String registration = context.partner().id();
        CatalogEntry profile = context.partner().profile();
        var bare = new PartnerRequest(
                "POST", context.metadata().endpoints().require(name), profile.headers(), new byte[0]);
        try {
            PartnerResponse answer = http.send(signature
                    .sign(registration, profile.dialect(), signatory, parameters, bare)
                    .to(context.partner().recipient()));
            if (stamps.learn(registration, answer.status(), answer.header("date"))) {
                answer = http.send(signature
                        .sign(registration, profile.dialect(), signatory, parameters, bare)
                        .to(context.partner().recipient()));
            }
            return OAuth1Answer.read(answer, signatory.token().isEmpty(), clock.instant());
        } catch (PartnerCallException e) {
            throw e.toProblem();
        }
    }
}
