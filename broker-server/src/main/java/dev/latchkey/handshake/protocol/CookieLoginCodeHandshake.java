package dev.latchkey.handshake.protocol;

import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshake;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.HandshakeStep;
import dev.latchkey.handshake.Importable;
import dev.latchkey.handshake.Refreshable;
import dev.latchkey.handshake.Renewal;
import dev.latchkey.handshake.protocol.answer.LoginAnswer;
import dev.latchkey.partner.credential.CredentialFile;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A person's consent that ends in a key of their own service account, by {@link AccountKeys}. The key is what we keep; a
 * session is had by logging in with it, and renewed by logging in again.
 */
@ApplicationScoped
final class CookieLoginCodeHandshake implements Handshake, Refreshable, Importable {

    private static final String IMPORT = "/import/" + CredentialFile.FIELD;

    private final AccountKeys keys;
    private final CookieLogin login;
    private final Clock clock;

    CookieLoginCodeHandshake(AccountKeys keys, CookieLogin login, Clock clock) {
        this.keys = keys;
        this.login = login;
        this.clock = clock;
    }

    @Override
    public HandshakeKind kind() {
        return HandshakeKind.COOKIE_LOGIN_CODE;
    }

    @Override
    public HandshakeStep begin(HandshakeContext context, Secret state) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("client_id", AccountKeys.client(context, "client_id"));
        query.put("state", state.reveal(Purpose.SEND_TO_PARTNER));
        query.putAll(context.partner().profile().authorizationParameters());
        URI endpoint = context.metadata().endpoints().require(EndpointName.AUTHORIZATION_ENDPOINT);
        return new HandshakeStep.Redirect(QueryString.append(endpoint, query), new SecretFields(Map.of()), state);
    }

    /** The key is one of few that the account may have: it is not lost because the first login does not come through. */
    @Override
    public Credential complete(HandshakeContext context, Callback callback, SecretFields memo) {
        Secret code = callback.get("code")
                .orElseThrow(() -> new BrokerException(ProblemType.INVALID_REQUEST, "The code is missing."));
        CredentialFile file = keys.issue(context, code);
        return switch (login.login(context, file)) {
            case LoginAnswer.LoggedIn session -> session.session(Optional.of(file.text()));
            case LoginAnswer.KeyRefused refused ->
                throw new BrokerException(
                        ProblemType.PARTNER_BAD_RESPONSE, "The partner refuses the key that it made.");
            case LoginAnswer.Unusable unusable -> notLoggedIn(file);
        };
    }

    @Override
    public boolean canRenew(Credential current) {
        return current instanceof Credential.Session session
                && session.keyFile().isPresent();
    }

    @Override
    public Renewal renew(HandshakeContext context, Credential current) {
        if (!(current instanceof Credential.Session session)
                || session.keyFile().isEmpty()) {
            return new Renewal.Refused("no_key");
        }
        Optional<Secret> file = session.keyFile();
        return switch (login.login(context, CredentialFile.parse(file.get(), ""))) {
            case LoginAnswer.LoggedIn loggedIn -> new Renewal.Renewed(loggedIn.session(file));
            case LoginAnswer.KeyRefused refused -> new Renewal.Refused("key_refused");
            case LoginAnswer.Unusable unusable -> new Renewal.TryLater(unusable.problem(), unusable.sent());
        };
    }

    @Override
    public Set<String> importFields() {
        return Set.of(CredentialFile.FIELD);
    }

    @Override
    public Credential imported(HandshakeContext context, SecretFields given) {
        Secret text = given.get(CredentialFile.FIELD)
                .orElseThrow(() -> BrokerException.invalid(IMPORT, "The import needs the credential file."));
        return notLoggedIn(CredentialFile.parse(text, IMPORT));
    }

    /** Ended before it began: the first use logs in, or the renewal ahead. */
    private Credential notLoggedIn(CredentialFile file) {
        Instant now = clock.instant();
        return new Credential.Session(Optional.of(file.text()), List.of(), now, now.minusSeconds(1));
    }
}
