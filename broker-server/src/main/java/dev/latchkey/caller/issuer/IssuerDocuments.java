package dev.latchkey.caller.issuer;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.jwk.JWKSet;
import dev.latchkey.outbound.client.OperatorHttp;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Reads the discovery document of the configured issuer (OpenID Connect Discovery section 4) and the keys that it
 * points to. Nothing that a token says decides about an address. Thread-safe.
 */
@Singleton
final class IssuerDocuments {

    private static final Logger LOG = Logger.getLogger(IssuerDocuments.class);

    private final Optional<String> issuer;
    private final OperatorHttp http;

    IssuerDocuments(IdentityConfig identity, OperatorHttp http) {
        this.issuer = identity.issuer();
        this.http = http;
        if (issuer.isPresent() && !http.mayAsk(URI.create(issuer.get()))) {
            throw new IllegalArgumentException("latchkey.identity.issuer must be an https URL");
        }
    }

    /** The keys, or nothing if they cannot be had now; the reason is logged. */
    Optional<JWKSet> keys() {
        try {
            return issuer.flatMap(this::discover).flatMap(http::get).flatMap(IssuerDocuments::parseKeys);
        } catch (IllegalArgumentException malformed) {
            LOG.warn("identity provider: an address in its documents is malformed");
            return Optional.empty();
        }
    }

    private Optional<URI> discover(String configured) {
        String base = configured.endsWith("/") ? configured.substring(0, configured.length() - 1) : configured;
        Optional<byte[]> document = http.get(URI.create(base + "/.well-known/openid-configuration"));
        if (document.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode metadata = StrictClaims.parse(document.get());
            // Section 4.3: exactly, or another provider's document could be put in its place.
            if (configured.equals(metadata.path("issuer").textValue())) {
                return Optional.of(URI.create(metadata.path("jwks_uri").asText()));
            }
            LOG.warn("identity provider: the discovery document names another issuer");
        } catch (TokenRefusedException refused) {
            LOG.warnf("identity provider: discovery document: %s", refused.reason());
        }
        return Optional.empty();
    }

    private static Optional<JWKSet> parseKeys(byte[] document) {
        try {
            return Optional.of(
                    JWKSet.parse(new String(document, StandardCharsets.UTF_8)).toPublicJWKSet());
        } catch (ParseException e) {
            LOG.warn("identity provider: the key set is malformed");
            return Optional.empty();
        }
    }
}
