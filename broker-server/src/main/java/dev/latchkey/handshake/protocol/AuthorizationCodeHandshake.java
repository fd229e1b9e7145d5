package dev.latchkey.handshake.protocol;

import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Importable;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.handshake.Revocable;
import dev.latchkey.handshake.protocol.answer.TokenAnswer;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * The authorization code grant (RFC 6749 section 4.1) with PKCE S256 (RFC 7636); for a row with {@code openid}, OpenID
 * Connect (Core section 3.1), whose ID token must be valid. Renewed by its refresh token, revoked by RFC 7009.
 */
@ApplicationScoped
final class AuthorizationCodeHandshake implements Handshake, Refreshable, Revocable, Importable {

    private static final String VERIFIER = "code_verifier";
    private static final String NONCE = "nonce";

    private final TokenEndpoint tokenEndpoint;
    private final RevocationEndpoint revocationEndpoint;
    private final IdTokens idTokens;
    private final ImportedTokens imported;
    private final SecretGenerator generator;

    AuthorizationCodeHandshake(
            TokenEndpoint tokenEndpoint,
            RevocationEndpoint revocationEndpoint,
            IdTokens idTokens,
            ImportedTokens imported,
            SecretGenerator generator) {
        this.tokenEndpoint = tokenEndpoint;
        this.revocationEndpoint = revocationEndpoint;
        this.idTokens = idTokens;
        this.imported = imported;
        this.generator = generator;
    }

    @Override
    public HandshakeKind kind() {
        return HandshakeKind.AUTHORIZATION_CODE;
    }

    @Override
    public HandshakeStep begin(HandshakeContext context, Secret state) {
        Secret verifier = generator.next();
        Secret nonce = generator.next();
        AuthorizationRequest.Builder request = new AuthorizationRequest.Builder(
                        ResponseType.CODE, new ClientID(ClientAuthenticator.clientId(context)))
                .endpointURI(context.metadata().endpoints().require(EndpointName.AUTHORIZATION_ENDPOINT))
                .redirectionURI(context.partner().redirectUri())
                .state(new State(state.reveal(Purpose.SEND_TO_PARTNER)));
        if (!context.scopes().isEmpty()) {
            request.scope(Scope.parse(context.scopes().asText()));
        }
        if (context.partner().profile().pkce()) {
            request.codeChallenge(new CodeVerifier(verifier.reveal(Purpose.SEND_TO_PARTNER)), CodeChallengeMethod.S256);
        }
        if (context.partner().profile().openid()) {
            request.customParameter(NONCE, nonce.reveal(Purpose.SEND_TO_PARTNER));
        }
        context.partner().profile().authorizationParameters().forEach(request::customParameter);
        return new HandshakeStep.Redirect(
                // + stands for a space in forms only; Cryptonit and others want %20 (RFC 3986)
                URI.create(request.build().toURI().toString().replace("+", "%20")),
                SecretFields.of(VERIFIER, verifier).with(NONCE, nonce),
                state);
    }

    @Override
    public Credential complete(HandshakeContext context, Callback callback, SecretFields memo) {
        AuthorizationCode code = new AuthorizationCode(callback.get("code")
                .orElseThrow(() -> new BrokerException(ProblemType.INVALID_REQUEST, "The code is missing."))
                .reveal(Purpose.SEND_TO_PARTNER));
        URI redirectUri = context.partner().redirectUri();
        AuthorizationCodeGrant grant = context.partner().profile().pkce()
                ? new AuthorizationCodeGrant(
                        code,
                        redirectUri,
                        new CodeVerifier(memo.get(VERIFIER).orElseThrow().reveal(Purpose.SEND_TO_PARTNER)))
                : new AuthorizationCodeGrant(code, redirectUri);
        TokenAnswer.Issued issued =
                tokenEndpoint.ask(context, grant, Scopes.none()).orThrow();
        if (context.partner().profile().openid()) {
            idTokens.check(context, issued, memo.get(NONCE).orElseThrow());
        }
        return issued.tokens(context.scopes(), Optional.empty());
    }

    @Override
    public boolean canRenew(Credential current) {
        return current instanceof Credential.OAuth2 tokens
                && tokens.refreshToken().isPresent();
    }

    @Override
    public Renewal renew(HandshakeContext context, Credential current) {
        if (!(current instanceof Credential.OAuth2 tokens) || !canRenew(current)) {
            return new Renewal.Refused("no_refresh_token");
        }
        Secret refreshToken = tokens.refreshToken().get();
        RefreshTokenGrant grant = new RefreshTokenGrant(new RefreshToken(refreshToken.reveal(Purpose.SEND_TO_PARTNER)));
        // RFC 6749 section 6: without a new refresh token the old one stays, without a scope the old scope stays (R12).
        return tokenEndpoint
                .ask(context, grant, Scopes.none())
                .toRenewal(issued -> issued.tokens(tokens.scopes(), Optional.of(refreshToken)));
    }

    @Override
    public Revocation revoke(HandshakeContext context, Credential credential) {
        return revocationEndpoint.revoke(context, credential);
    }

    @Override
    public Set<String> importFields() {
        return ImportedTokens.FIELDS;
    }

    @Override
    public Credential imported(HandshakeContext context, SecretFields given) {
        return imported.read(context, given);
    }
}
