package dev.latchkey.catalog.entry;

import dev.latchkey.outbound.CallRate;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One row of the catalog: a partner's API as its documents describe it. Immutable.
 *
 * @param id the row's id, {@code [a-z0-9][a-z0-9-]{0,63}}
 * @param name what people call the partner
 * @param kind the protocol
 * @param signing how single requests are signed, if they are
 * @param generic whether a registration brings its own endpoints
 * @param openid whether ID tokens are asked for and validated
 * @param endpoints the partner's addresses; for a generic row usually none
 * @param scopes which scopes can be asked for
 * @param clientAuthentication how our client proves itself
 * @param pkce whether a code challenge is sent (S256, never plain); only a partner that fails on it is without
 * @param issuerInCallback whether the callback must carry {@code iss} (RFC 9207) even if no metadata says so
 * @param headers header fields that the partner wants on every request of ours, such as {@code User-Agent}
 * @param authorizationParameters fixed further parameters of the authorization request
 * @param refresh what happens when a token is renewed
 * @param dialect how the partner spells the protocol
 * @param credentialFields what a registration must bring, from the contract's table
 * @param webhook how the partner tells us of events, if it does
 * @param rate how often the partner may be called, if that is known or agreed
 * @param notes what an admin should know, in one or two sentences; may be empty
 */
public record CatalogEntry(
        String id,
        String name,
        HandshakeKind kind,
        SigningScheme signing,
        boolean generic,
        boolean openid,
        Endpoints endpoints,
        ScopePolicy scopes,
        ClientAuthentication clientAuthentication,
        boolean pkce,
        boolean issuerInCallback,
        Map<String, String> headers,
        Map<String, String> authorizationParameters,
        RefreshSemantics refresh,
        Dialect dialect,
        Set<String> credentialFields,
        Optional<WebhookScheme> webhook,
        Optional<CallRate> rate,
        String notes) {

    /** Copies. */
    public CatalogEntry {
        headers = Map.copyOf(headers);
        authorizationParameters = Map.copyOf(authorizationParameters);
        credentialFields = Set.copyOf(credentialFields);
    }
}
