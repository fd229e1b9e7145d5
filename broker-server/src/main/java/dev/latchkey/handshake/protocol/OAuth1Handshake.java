package dev.latchkey.handshake.protocol;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.BrowserReturn;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Importable;
import dev.latchkey.handshake.protocol.answer.OAuth1Answer;
import dev.latchkey.oauth1.Signatory;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The three legs of OAuth 1.0a (RFC 5849 section 2). What names the flow is the request token: the partner makes it, and
 * the browser brings it back. Its secret is in the memo only, which ends when the browser is back (R96).
 */
@ApplicationScoped
final class OAuth1Handshake implements Handshake, Importable {

    private static final String TOKEN = "token";
    private static final String TOKEN_SECRET = "token_secret";
    private static final String VERIFIER = "oauth_verifier";

    private final OAuth1Endpoint endpoint;

    OAuth1Handshake(OAuth1Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public HandshakeKind kind() {
        return HandshakeKind.OAUTH1;
    }

    /** Sections 2.1 and 2.2. The engine's own state is not needed: the request token comes back. */
    @Override
    public HandshakeStep begin(HandshakeContext context, Secret state) {
        Secret callback = Secret.of(context.partner().redirectUri().toString());
        OAuth1Answer answer = endpoint.ask(
                context,
                EndpointName.REQUEST_TOKEN_ENDPOINT,
                Signatory.client(context.client()::get),
                Map.of("oauth_callback", callback));
        // Without it the partner speaks OAuth 1.0, whose flows anybody can finish (R94, advisory 2009.1).
        if (!answer.get("oauth_callback_confirmed").equals(Optional.of(Secret.of("true")))) {
            throw new BrokerException(
                    ProblemType.OAUTH1_CALLBACK_NOT_CONFIRMED, "The partner does not confirm our callback.");
        }
        Secret token = answer.token();
        URI page = context.metadata().endpoints().require(EndpointName.AUTHORIZATION_ENDPOINT);
        String separator = page.getRawQuery() == null ? "?" : "&";
        String query = "oauth_token=" + encoded(token);
        SecretFields memo = SecretFields.of(TOKEN, token).with(TOKEN_SECRET, answer.tokenSecret());
        return new HandshakeStep.Redirect(URI.create(page + separator + query), memo, token);
    }

    /** Section 2.2: token and verifier. How a partner tells of a no is not said there; two ways are common. */
    @Override
    public BrowserReturn read(CatalogEntry profile, Callback callback) {
        Optional<Secret> denied = callback.get("denied");
        Optional<Secret> token = callback.get("oauth_token");
        if (denied.isPresent() == token.isPresent()) {
            throw new BrokerException(ProblemType.STATE_INVALID, "This link is not valid here.");
        }
        if (denied.isPresent()) {
            return new BrowserReturn(denied.get(), Optional.of("access_denied"));
        }
        Optional<Secret> problem = callback.get("oauth_problem");
        boolean verified = callback.get(VERIFIER).isPresent();
        if (verified == problem.isPresent()) {
            throw missingVerifier();
        }
        return new BrowserReturn(token.get(), problem.map(OAuth1Handshake::errorOf));
    }

    /** Section 2.3. */
    @Override
    public Credential complete(HandshakeContext context, Callback callback, SecretFields memo) {
        Secret token = memo.get(TOKEN).orElseThrow();
        if (!callback.get("oauth_token").equals(Optional.of(token))) {
            throw new BrokerException(ProblemType.STATE_INVALID, "This link is not valid here.");
        }
        Secret verifier = callback.get(VERIFIER).orElseThrow(OAuth1Handshake::missingVerifier);
        OAuth1Answer answer = endpoint.ask(
                context,
                EndpointName.ACCESS_TOKEN_ENDPOINT,
                Signatory.client(context.client()::get)
                        .with(token, memo.get(TOKEN_SECRET).orElseThrow()),
                Map.of(VERIFIER, verifier));
        return new Credential.OAuth1(answer.token(), answer.tokenSecret());
    }

    @Override
    public Set<String> importFields() {
        return Set.of(TOKEN, TOKEN_SECRET);
    }

    @Override
    public Credential imported(HandshakeContext context, SecretFields given) {
        return new Credential.OAuth1(needed(given, TOKEN), needed(given, TOKEN_SECRET));
    }

    private static Secret needed(SecretFields given, String name) {
        return given.get(name)
                .filter(OAuth1Answer::isUsable)
                .orElseThrow(() -> BrokerException.invalid("/import/" + name, "A token and its secret are needed."));
    }

    private static String errorOf(Secret problem) {
        boolean refused = Secret.of("user_refused").equals(problem)
                || Secret.of("permission_denied").equals(problem);
        return refused ? "access_denied" : "server_error";
    }

    private static BrokerException missingVerifier() {
        return new BrokerException(ProblemType.INVALID_REQUEST, "The verifier has to come back with the token.");
    }

    private static String encoded(Secret token) {
        return URLEncoder.encode(token.reveal(Purpose.SEND_TO_PARTNER), StandardCharsets.UTF_8);
    }
}
