package dev.latchkey.handshake.protocol;

import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.oauth2.sdk.token.Token;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.Revocable.Revocation;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.secret.Purpose;
import dev.latchkey.vault.Credential;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Optional;

/** Revokes tokens at a partner (RFC 7009): the refresh token where there is one, which ends the whole grant. Thread-safe. */
@ApplicationScoped
class RevocationEndpoint {

    private static final int UNAUTHORIZED = 401;
    /** Stands for an answer that did not come. */
    private static final int UNAVAILABLE = 503;

    private final PartnerHttp http;
    private final ClientAuthenticator authenticator;

    RevocationEndpoint(PartnerHttp http, ClientAuthenticator authenticator) {
        this.http = http;
        this.authenticator = authenticator;
    }

    Revocation revoke(HandshakeContext context, Credential credential) {
        Optional<URI> endpoint = context.metadata().endpoints().get(EndpointName.REVOCATION_ENDPOINT);
        return endpoint.isPresent() && credential instanceof Credential.OAuth2 tokens
                ? send(endpoint.get(), context, tokenOf(tokens))
                : Revocation.DONE;
    }

    private Revocation send(URI endpoint, HandshakeContext context, Token token) {
        int status = authenticator.prove(
                context, proof -> status(endpoint, context, token, proof), answer -> answer == UNAUTHORIZED);
        // Section 2.2: 200 also for a token that is unknown. 2.2.1: after 503 (and what comes from in between) the
        // token must be assumed to live; any other refusal will not change by asking again.
        boolean later = status >= 500 || status == 429 || status == UNAUTHORIZED || status == 408;
        return later ? Revocation.TRY_LATER : Revocation.DONE;
    }

    private int status(URI endpoint, HandshakeContext context, Token token, ClientAuthentication proof) {
        TokenRevocationRequest request = new TokenRevocationRequest(endpoint, proof, token);
        try {
            return http.send(TokenEndpoint.form(request.toHTTPRequest(), context))
                    .status();
        } catch (PartnerCallException e) {
            return UNAVAILABLE;
        }
    }

    private static Token tokenOf(Credential.OAuth2 tokens) {
        return tokens.refreshToken()
                .<Token>map(refresh -> new RefreshToken(refresh.reveal(Purpose.SEND_TO_PARTNER)))
                .orElseGet(() -> new BearerAccessToken(tokens.accessToken().reveal(Purpose.SEND_TO_PARTNER)));
    }
}
