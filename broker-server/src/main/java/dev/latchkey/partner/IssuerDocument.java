package dev.latchkey.partner;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.Endpoints;
import dev.latchkey.problem.BrokerException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What we use of an authorization server's metadata (RFC 8414; OpenID Connect Discovery is a superset). Immutable.
 *
 * @param issuer the identifier that the document names, which is not trusted before it was compared
 * @param issuerInCallback whether authorization responses carry {@code iss} (RFC 9207 section 3)
 * @param endpoints the addresses it names, not vetted
 */
public record IssuerDocument(String issuer, boolean issuerInCallback, Endpoints endpoints) {

    private static final String OPENID = "/.well-known/openid-configuration";
    private static final String OAUTH = "/.well-known/oauth-authorization-server";

    /** Reads a document; {@link ParseException} if it is no metadata. */
    static IssuerDocument parse(byte[] body) throws ParseException {
        AuthorizationServerMetadata metadata =
                AuthorizationServerMetadata.parse(new String(body, StandardCharsets.UTF_8));
        Map<EndpointName, URI> endpoints = new EnumMap<>(EndpointName.class);
        put(
                endpoints,
                EndpointName.AUTHORIZATION_ENDPOINT,
                Optional.ofNullable(metadata.getAuthorizationEndpointURI()));
        put(endpoints, EndpointName.TOKEN_ENDPOINT, Optional.ofNullable(metadata.getTokenEndpointURI()));
        put(endpoints, EndpointName.REVOCATION_ENDPOINT, Optional.ofNullable(metadata.getRevocationEndpointURI()));
        put(endpoints, EndpointName.JWKS_URI, Optional.ofNullable(metadata.getJWKSetURI()));
        return new IssuerDocument(
                metadata.getIssuer().getValue(),
                metadata.supportsAuthorizationResponseIssuerParam(),
                new Endpoints(endpoints));
    }

    /**
     * Where the document of an issuer may be, most likely first: for OpenID Connect the suffix of Discovery section 4; for
     * plain OAuth the insertion of RFC 8414 section 3.1, and then the suffix, which many servers know only.
     */
    static List<URI> locations(URI issuer, boolean openid) {
        String path = issuer.getRawPath() == null ? "" : issuer.getRawPath().replaceFirst("/+$", "");
        String origin = issuer.getScheme() + "://" + issuer.getRawAuthority();
        URI suffixed = URI.create(origin + path + OPENID);
        return openid ? List.of(suffixed) : List.of(URI.create(origin + OAUTH + path), suffixed);
    }

    /** Whether it names this issuer: exactly, no case folded, no slash more or less (RFC 8414 section 3.3, R77). */
    public boolean isOf(URI expected) {
        return issuer.equals(expected.toString());
    }

    /**
     * The profile's addresses, completed by these.
     *
     * @param vet is shown every address, and throws for one that must not be called
     * @throws BrokerException {@code partner_misconfigured} if ID tokens could not be checked
     */
    ProviderMetadata complete(CatalogEntry profile, Consumer<URI> vet) {
        Endpoints all = endpoints.overriddenBy(profile.endpoints());
        all.values().values().forEach(vet);
        if (profile.openid()) {
            all.require(EndpointName.JWKS_URI);
        }
        return new ProviderMetadata(Optional.of(issuer), issuerInCallback || profile.issuerInCallback(), all);
    }

    private static void put(Map<EndpointName, URI> endpoints, EndpointName name, Optional<URI> value) {
        value.ifPresent(uri -> endpoints.put(name, uri));
    }
}
