package dev.latchkey.handshake.protocol;

import dev.latchkey.catalog.CatalogEntry;
import dev.latchkey.catalog.ClientAuthentication;
import dev.latchkey.catalog.EndpointName;
import dev.latchkey.catalog.Endpoints;
import dev.latchkey.catalog.HandshakeKind;
import dev.latchkey.catalog.RefreshSemantics;
import dev.latchkey.catalog.ScopePolicy;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.ProviderMetadata;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.testkit.HandshakeContract;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Protocols and a partner for them, without a broker. */
final class Protocols {

    static final URI REDIRECT_URI = URI.create("https://broker.example/callback/p");

    private Protocols() {}

    static AuthorizationCodeHandshake authorizationCode(PartnerHttp http, Clock clock, SecureRandom random) {
        return new AuthorizationCodeHandshake(
                tokens(http, clock), revocation(http, clock), new IdTokens(http), new SecretGenerator(random));
    }

    static ClientCredentialsHandshake clientCredentials(PartnerHttp http, Clock clock) {
        return new ClientCredentialsHandshake(tokens(http, clock), revocation(http, clock));
    }

    private static TokenEndpoint tokens(PartnerHttp http, Clock clock) {
        return new TokenEndpoint(http, new ClientAuthenticator(clock), new TokenAnswerReader(clock));
    }

    private static RevocationEndpoint revocation(PartnerHttp http, Clock clock) {
        return new RevocationEndpoint(http, new ClientAuthenticator(clock));
    }

    static HandshakeContext context(HandshakeKind kind, boolean pkce) {
        Endpoints endpoints = new Endpoints(Map.of(
                EndpointName.AUTHORIZATION_ENDPOINT, URI.create("https://partner.example/authorize"),
                EndpointName.TOKEN_ENDPOINT, URI.create("https://partner.example/token"),
                EndpointName.REVOCATION_ENDPOINT, URI.create("https://partner.example/revoke")));
        Scopes scopes = Scopes.of("read", "write");
        CatalogEntry row = new CatalogEntry(
                "row",
                "Row",
                kind,
                true,
                false,
                endpoints,
                new ScopePolicy(Scopes.none(), false, Scopes.none(), false),
                ClientAuthentication.CLIENT_SECRET_POST,
                pkce,
                false,
                Map.of("User-Agent", "latchkey"),
                Map.of(),
                new RefreshSemantics(
                        RefreshSemantics.Rotation.STRICT,
                        Duration.ZERO,
                        false,
                        Duration.ofHours(1),
                        Duration.ofHours(24)),
                Set.of("client_id", "client_secret"),
                "");
        Partner partner = new Partner("p", "P", row, REDIRECT_URI, false);
        SecretFields client = SecretFields.of("client_id", Secret.of("client"))
                .with("client_secret", Secret.of("client-secret-canary"));
        return new HandshakeContext(partner, new ProviderMetadata(Optional.empty(), false, endpoints), client, scopes);
    }

    static Credential.OAuth2 credential(Optional<Secret> refreshToken) {
        return new Credential.OAuth2(
                Secret.of(HandshakeContract.ACCESS),
                refreshToken,
                HandshakeContract.CLOCK.instant(),
                HandshakeContract.CLOCK.instant().plus(Duration.ofMinutes(5)),
                Scopes.of("read", "write"));
    }
}
