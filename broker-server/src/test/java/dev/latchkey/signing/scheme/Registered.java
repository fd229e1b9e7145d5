package dev.latchkey.signing.scheme;

import dev.latchkey.catalog.TestCatalog;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.ProviderMetadata;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A registration of a shipped row with a key, and requests of an app at its API. */
final class Registered {

    static final Credential CREDENTIAL = new Credential.Registered();

    private Registered() {}

    static HandshakeContext context(String row, String key, String secret) {
        CatalogEntry profile = TestCatalog.builtIn().find(row).orElseThrow();
        Partner partner = new Partner("p", "P", profile, URI.create("https://broker.example/callback/p"), false);
        return new HandshakeContext(
                partner,
                new ProviderMetadata(Optional.empty(), false, profile.endpoints()),
                SecretFields.of("api_key", Secret.of(key)).with("api_secret", Secret.of(secret)),
                Scopes.none());
    }

    /** The app's POST to the API's base, and a path below it. */
    static PartnerRequest post(HandshakeContext context, String path, String body, String... headers) {
        URI base = context.metadata().endpoints().require(EndpointName.API_BASE);
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            fields.put(headers[i], headers[i + 1]);
        }
        return new PartnerRequest("POST", URI.create(base + path), fields, body.getBytes(StandardCharsets.UTF_8));
    }

    static String text(PartnerRequest request) {
        return new String(request.body(), StandardCharsets.UTF_8);
    }
}
