package dev.latchkey.handshake.protocol;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.BrowserReturn;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.handshake.Importable;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The partner calls us: the browser takes a one-time code of ours to the partner, the partner's back end brings it to our
 * ConnectionURL and gets an access code of ours, the browser comes back with that, and it buys the tokens. No standard
 * describes it; how a partner spells it is its row's {@code names}. Renewed by a refresh token; nothing can be revoked.
 */
@ApplicationScoped
final class PartnerCallbackHandshake implements Handshake, Refreshable, Importable {

    private static final String ACCESS_CODE = HandshakeStep.Redirect.ACCESS_CODE;
    /** Under which names the access code may come back with the browser, separated by spaces. */
    private static final String RETURNED = "returned";

    private final JsonTokenEndpoint tokenEndpoint;
    private final ImportedTokens imported;
    private final SecretGenerator generator;

    PartnerCallbackHandshake(JsonTokenEndpoint tokenEndpoint, ImportedTokens imported, SecretGenerator generator) {
        this.tokenEndpoint = tokenEndpoint;
        this.imported = imported;
        this.generator = generator;
    }

    @Override
    public HandshakeKind kind() {
        return HandshakeKind.PARTNER_CALLBACK;
    }

    /** The state is the access code: whoever brings it back has been sent by the partner that we told it to. */
    @Override
    public HandshakeStep begin(HandshakeContext context, Secret state) {
        Dialect dialect = context.partner().profile().dialect();
        Secret oneTimeCode = generator.next();
        Secret partnerId = ClientAuthenticator.credential(context, "partner_id");
        Map<String, String> query = new LinkedHashMap<>();
        query.put(dialect.name("code"), oneTimeCode.reveal(Purpose.SEND_TO_PARTNER));
        query.put(dialect.name("partner_id"), partnerId.reveal(Purpose.SEND_TO_PARTNER));
        query.put(dialect.name("redirect_uri"), context.partner().redirectUri().toString());
        query.putAll(context.partner().profile().authorizationParameters());
        URI endpoint = context.metadata().endpoints().require(EndpointName.AUTHORIZATION_ENDPOINT);
        return new HandshakeStep.Redirect(
                QueryString.append(endpoint, query),
                SecretFields.of(ACCESS_CODE, state),
                state,
                Optional.of(oneTimeCode));
    }

    @Override
    public BrowserReturn read(CatalogEntry profile, Callback callback) {
        String names = profile.dialect().names().getOrDefault(RETURNED, ACCESS_CODE);
        return Arrays.stream(names.split(" "))
                .map(callback::get)
                .flatMap(Optional::stream)
                .findFirst()
                .map(accessCode -> new BrowserReturn(accessCode, Optional.empty()))
                .orElseThrow(Handshakes::stateInvalid);
    }

    /** The access code is the one that we remember, which the engine has found by what came back. */
    @Override
    public Credential complete(HandshakeContext context, Callback callback, SecretFields memo) {
        Secret accessCode = memo.get(ACCESS_CODE).orElseThrow();
        return tokenEndpoint
                .ask(context, EndpointName.TOKEN_ENDPOINT, body(context, ACCESS_CODE, accessCode))
                .orThrow()
                .tokens(context.scopes(), Optional.empty());
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
        boolean apart = context.metadata().endpoints().values().containsKey(EndpointName.REFRESH_ENDPOINT);
        EndpointName endpoint = apart ? EndpointName.REFRESH_ENDPOINT : EndpointName.TOKEN_ENDPOINT;
        Secret refreshToken = tokens.refreshToken().orElseThrow();
        // Without a new refresh token the old one stays (R12).
        return tokenEndpoint
                .ask(context, endpoint, body(context, "refresh_token", refreshToken))
                .toRenewal(issued -> issued.tokens(tokens.scopes(), Optional.of(refreshToken)));
    }

    @Override
    public Set<String> importFields() {
        return ImportedTokens.FIELDS;
    }

    @Override
    public Credential imported(HandshakeContext context, SecretFields given) {
        return imported.read(context, given);
    }

    /** The grant and our public id; the client secret proves the partner to us, and never goes there. */
    private static Map<String, Secret> body(HandshakeContext context, String grant, Secret value) {
        Dialect dialect = context.partner().profile().dialect();
        Secret clientId = ClientAuthenticator.credential(context, "client_id");
        return Map.of(dialect.name(grant), value, dialect.name("client_id"), clientId);
    }
}
