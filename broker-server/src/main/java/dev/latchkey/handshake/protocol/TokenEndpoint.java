package dev.latchkey.handshake.protocol;

import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.protocol.answer.TokenAnswer;
import dev.latchkey.handshake.protocol.answer.TokenAnswerReader;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Asks a partner's token endpoint (RFC 6749 section 3.2): one attempt on the wire, and another one only after the answer
 * that our client is refused. Thread-safe.
 */
@ApplicationScoped
class TokenEndpoint {

    private final PartnerHttp http;
    private final ClientAuthenticator authenticator;
    private final TokenAnswerReader reader;

    TokenEndpoint(PartnerHttp http, ClientAuthenticator authenticator, TokenAnswerReader reader) {
        this.http = http;
        this.authenticator = authenticator;
        this.reader = reader;
    }

    /** Sends the grant, with the scopes if there are any, and says what the answer means. */
    TokenAnswer ask(HandshakeContext context, AuthorizationGrant grant, Scopes scopes) {
        return authenticator.prove(
                context,
                proof -> ask(context, grant, scopes, proof),
                answer -> answer instanceof TokenAnswer.ClientRefused);
    }

    private TokenAnswer ask(
            HandshakeContext context, AuthorizationGrant grant, Scopes scopes, ClientAuthentication proof) {
        URI endpoint = context.metadata().endpoints().require(EndpointName.TOKEN_ENDPOINT);
        TokenRequest.Builder request = new TokenRequest.Builder(endpoint, proof, grant);
        if (!scopes.isEmpty()) {
            request.scope(Scope.parse(scopes.asText()));
        }
        try {
            return reader.read(http.send(form(request.build().toHTTPRequest(), context)), context);
        } catch (PartnerCallException e) {
            return new TokenAnswer.Unusable(e.toProblem(), e.sent());
        }
    }

    /** A form of Nimbus' as a request of ours, with the header fields that the partner's row asks for. */
    static PartnerRequest form(HTTPRequest request, HandshakeContext context) {
        Map<String, String> headers =
                new LinkedHashMap<>(context.partner().profile().headers());
        headers.put("Accept", "application/json");
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        String authorization = request.getAuthorization();
        if (authorization != null) {
            headers.put("Authorization", authorization);
        }
        byte[] body = request.getBody().getBytes(StandardCharsets.UTF_8);
        return new PartnerRequest("POST", request.getURI(), headers, body)
                .to(context.partner().recipient());
    }
}
