package dev.latchkey.catalog.entry;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/** The protocols that a row can name; each has one class in {@code dev.latchkey.handshake.protocol}. */
public enum HandshakeKind {
    /** RFC 6749 section 4.1 with PKCE (RFC 7636); with {@code openid}, OpenID Connect Core section 3.1. */
    AUTHORIZATION_CODE(
            true,
            Set.of("client_id", "client_secret", "private_key"),
            Set.of(EndpointName.AUTHORIZATION_ENDPOINT, EndpointName.TOKEN_ENDPOINT)),
    /** RFC 6749 section 4.4. */
    CLIENT_CREDENTIALS(false, Set.of("client_id", "client_secret", "private_key"), Set.of(EndpointName.TOKEN_ENDPOINT)),
    /** RFC 5849 section 2: three legs, after which every request is signed. */
    OAUTH1(
            true,
            Set.of(),
            Set.of(
                    EndpointName.REQUEST_TOKEN_ENDPOINT,
                    EndpointName.AUTHORIZATION_ENDPOINT,
                    EndpointName.ACCESS_TOKEN_ENDPOINT,
                    EndpointName.API_BASE)),
    /** Nothing to be fetched: the registration's own credentials sign each request, see {@link SigningScheme}. */
    API_KEY(false, Set.of(), Set.of(EndpointName.API_BASE)),
    /** The partner calls our ConnectionURL between consent and return; NoiseAware does it so. */
    PARTNER_CALLBACK(
            true,
            Set.of("partner_id", "client_id", "client_secret"),
            Set.of(EndpointName.AUTHORIZATION_ENDPOINT, EndpointName.TOKEN_ENDPOINT)),
    /** A signed login with a key of our own account, answered by the cookies of a session. */
    COOKIE_LOGIN(false, Set.of("credential_file"), Set.of(EndpointName.LOGIN_ENDPOINT, EndpointName.API_BASE)),
    /** A person's consent whose code becomes a key of their account, by which {@link #COOKIE_LOGIN} goes on. */
    COOKIE_LOGIN_CODE(
            true,
            Set.of("client_id", "client_secret", "credential_file"),
            Set.of(
                    EndpointName.AUTHORIZATION_ENDPOINT,
                    EndpointName.TOKEN_CREATE_ENDPOINT,
                    EndpointName.TOKEN_EXCHANGE_ENDPOINT,
                    EndpointName.LOGIN_ENDPOINT,
                    EndpointName.API_BASE));

    private final boolean browser;
    private final Set<String> credentialFields;
    private final Set<EndpointName> endpoints;

    HandshakeKind(boolean browser, Set<String> credentialFields, Set<EndpointName> endpoints) {
        this.browser = browser;
        this.credentialFields = credentialFields;
        this.endpoints = endpoints;
    }

    /** Whether a person has to go through the partner's pages. */
    public boolean needsBrowser() {
        return browser;
    }

    /** Whether the partner calls us at a ConnectionURL of our own. */
    public boolean partnerCalls() {
        return this == PARTNER_CALLBACK;
    }

    /** The credentials that are ours to choose, and are made up where a registration leaves them out. */
    public Set<String> madeUp() {
        return partnerCalls() ? Set.of("client_id", "client_secret") : Set.of();
    }

    /** What a registration brings for the handshake itself. */
    public Set<String> credentialFields() {
        return credentialFields;
    }

    /** The addresses that the protocol cannot do without; an issuer's metadata may bring those of OAuth 2. */
    public Set<EndpointName> endpoints() {
        return endpoints;
    }

    /** The longest life that a row of this kind may give to what apps receive: a session lasts longer than a token. */
    public Duration longestLife() {
        return switch (this) {
            case COOKIE_LOGIN, COOKIE_LOGIN_CODE -> Duration.ofDays(30);
            default -> Duration.ofHours(24);
        };
    }

    /** The name in YAML and JSON. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
