package dev.latchkey.handshake.protocol;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.ClientAuthentication;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.Endpoints;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.RefreshSemantics.Rotation;
import dev.latchkey.catalog.entry.ScopePolicy;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.protocol.answer.TokenAnswerReader;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.ProviderMetadata;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SecretFields;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A partner that gives the answers of a script, one a request, and keeps what it was sent. */
final class ScriptedPartner implements PartnerHttp {

    static final String ISSUER = "https://partner.example";
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    /** What happens to one request. */
    @FunctionalInterface
    interface Act {
        PartnerResponse play() throws PartnerCallException;
    }

    final List<PartnerRequest> requests = new ArrayList<>();
    private final Deque<Act> script = new ArrayDeque<>();

    ScriptedPartner answers(int status, String body) {
        return acts(() -> new PartnerResponse(
                status, Map.of("content-type", List.of("application/json")), body.getBytes(StandardCharsets.UTF_8)));
    }

    ScriptedPartner acts(Act act) {
        script.add(act);
        return this;
    }

    @Override
    public PartnerResponse send(PartnerRequest request) throws PartnerCallException {
        if (request.method().equals("POST") && request.recipient().isEmpty()) {
            throw new AssertionError("the call is on nobody's account, so that nothing protects the partner");
        }
        requests.add(request);
        return script.remove().play();
    }

    /** The form of the only request that was sent. */
    Map<String, String> onlyForm() {
        if (requests.size() != 1) {
            throw new AssertionError(requests.size() + " requests were sent");
        }
        return decode(new String(requests.getFirst().body(), StandardCharsets.UTF_8));
    }

    static Map<String, String> decode(String form) {
        return Arrays.stream(form.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    static TokenEndpoint tokenEndpoint(PartnerHttp http) {
        return new TokenEndpoint(http, new ClientAuthenticator(CLOCK), new TokenAnswerReader(CLOCK));
    }

    static RevocationEndpoint revocationEndpoint(PartnerHttp http) {
        return new RevocationEndpoint(http, new ClientAuthenticator(CLOCK));
    }

    /** What a handshake works with, for a client with a secret. */
    static HandshakeContext context(HandshakeKind kind, boolean openid) {
        return context(
                kind,
                openid,
                ClientAuthentication.CLIENT_SECRET_BASIC,
                SecretFields.of("client_id", Secret.of("our-client")).with("client_secret", Secret.of("s3cr3t")));
    }

    static HandshakeContext context(
            HandshakeKind kind, boolean openid, ClientAuthentication authentication, SecretFields client) {
        Endpoints endpoints = new Endpoints(Map.of(
                EndpointName.AUTHORIZATION_ENDPOINT, URI.create(ISSUER + "/authorize"),
                EndpointName.TOKEN_ENDPOINT, URI.create(ISSUER + "/token"),
                EndpointName.REVOCATION_ENDPOINT, URI.create(ISSUER + "/revoke"),
                EndpointName.JWKS_URI, URI.create(ISSUER + "/jwks")));
        CatalogEntry row = new CatalogEntry(
                "row",
                "Row",
                kind,
                SigningScheme.NONE,
                true,
                openid,
                endpoints,
                new ScopePolicy(Scopes.none(), false, Scopes.none(), false),
                authentication,
                true,
                false,
                Map.of("User-Agent", "latchkey-test"),
                Map.of(),
                new RefreshSemantics(Rotation.STRICT, Duration.ZERO, false, Duration.ofMinutes(5), Duration.ofHours(2)),
                Dialect.COMMON,
                Set.of("client_id", "client_secret", "private_key"),
                Optional.empty(),
                Optional.empty(),
                "");
        Partner partner = new Partner("p", "P", row, URI.create("https://broker.example/callback/p"), false);
        return new HandshakeContext(
                partner,
                new ProviderMetadata(Optional.of(ISSUER), false, endpoints),
                client,
                Scopes.parse("read write"));
    }
}
