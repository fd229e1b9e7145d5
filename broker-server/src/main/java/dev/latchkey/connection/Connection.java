package dev.latchkey.connection;

import dev.latchkey.oauth.Scopes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A connection as it stood when it was read. Immutable; holds no secret.
 *
 * @param id its id
 * @param seq its place in the order of creation
 * @param partner the registration's id
 * @param owner the asking app's own opaque id of a user or account
 * @param status where it stands
 * @param requestedScopes what was asked for
 * @param scopes what was approved; until then what was asked for
 * @param methods the methods approved; empty for no restriction
 * @param partnerScopes what the partner's token covers; empty before the first token
 * @param returnUrl where the browser goes after the callback, byte for byte as registered
 * @param purpose why it was asked for
 * @param requester who asked
 * @param imported whether a credential that was obtained elsewhere waits to be adopted
 * @param decision who decided, if decided
 * @param expiresAt when the approval ends
 * @param reason why it is in this status, a code
 * @param createdAt when it was asked for
 * @param version grows with every change that a hand-out must see
 * @param credential where its credential stands
 * @param grants the apps that may use it, by id
 */
public record Connection(
        UUID id,
        long seq,
        String partner,
        String owner,
        ConnectionStatus status,
        Scopes requestedScopes,
        Scopes scopes,
        List<String> methods,
        Scopes partnerScopes,
        Optional<String> returnUrl,
        Optional<String> purpose,
        Requester requester,
        boolean imported,
        Optional<Decision> decision,
        Optional<Instant> expiresAt,
        Optional<String> reason,
        Instant createdAt,
        long version,
        CredentialState credential,
        Map<String, Grant> grants) {

    /** Copies. */
    public Connection {
        methods = List.copyOf(methods);
        grants = Map.copyOf(grants);
    }

    /**
     * Who allowed a connection.
     *
     * @param by the approver's name
     * @param rule the standing approval that did it, if one did
     * @param at when
     * @param comment what the approver noted
     */
    public record Decision(String by, Optional<String> rule, Instant at, Optional<String> comment) {}

    /**
     * What PostgreSQL knows of the credential in the vault.
     *
     * @param kvVersion its version in the vault; 0 before the first
     * @param expiresAt when its access token ends
     */
    public record CredentialState(int kvVersion, Optional<Instant> expiresAt) {}

    /** The grant of an app, if it has one. */
    public Optional<Grant> grantOf(String app) {
        return Optional.ofNullable(grants.get(app));
    }

    /** Whether the approval has run out at the given time, also if the sweep has not seen it yet. */
    public boolean isExpiredAt(Instant now) {
        return expiresAt.filter(end -> !end.isAfter(now)).isPresent();
    }
}
