package dev.latchkey.partner;

import dev.latchkey.catalog.entry.Endpoints;
import java.util.Optional;

/**
 * A partner's addresses at run time: those of its profile, completed by the metadata of its issuer where one is set
 * (RFC 8414, OpenID Connect Discovery).
 *
 * @param issuer the issuer identifier, compared exactly (RFC 9207)
 * @param issuerInCallback whether the authorization response must carry {@code iss}
 * @param endpoints the addresses
 */
public record ProviderMetadata(Optional<String> issuer, boolean issuerInCallback, Endpoints endpoints) {}
