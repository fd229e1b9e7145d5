package dev.latchkey.handshake.protocol;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.Endpoints;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.ProviderMetadata;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.NoonKey;
import dev.latchkey.vault.SecretFields;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A cookie partner whose members have odd names, so that each must come from the row. */
final class NoonContext {

    static final NoonKey OURS = NoonKey.of("our-key");

    private static final Map<String, String> NAMES = Map.of(
            "login_token", "jwt",
            "login_project", "project",
            "client_id", "cid",
            "client_secret", "cs",
            "code", "the_code",
            "created_token", "made",
            "exchanged_token", "change");

    private NoonContext() {}

    static HandshakeContext of(HandshakeKind kind) {
        Endpoints endpoints = new Endpoints(Map.of(
                EndpointName.AUTHORIZATION_ENDPOINT, URI.create("https://oauth.partner.example/"),
                EndpointName.LOGIN_ENDPOINT, URI.create("https://api.partner.example/login"),
                EndpointName.TOKEN_CREATE_ENDPOINT, URI.create("https://api.partner.example/create"),
                EndpointName.TOKEN_EXCHANGE_ENDPOINT, URI.create("https://api.partner.example/exchange"),
                EndpointName.API_BASE, URI.create("https://api.partner.example/api/")));
        CatalogEntry common = ScriptedPartner.context(kind, false).partner().profile();
        CatalogEntry row = new CatalogEntry(
                common.id(),
                common.name(),
                kind,
                common.signing(),
                false,
                false,
                endpoints,
                common.scopes(),
                common.clientAuthentication(),
                false,
                false,
                Map.of("User-Agent", "latchkey-test"),
                Map.of(),
                new RefreshSemantics(
                        RefreshSemantics.Rotation.NONE,
                        Duration.ZERO,
                        false,
                        Duration.ofHours(22),
                        Duration.ofDays(30)),
                new Dialect(SignatureMethod.HMAC_SHA1, ParameterPlace.HEADER, NAMES, Optional.empty(), Set.of()),
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                "");
        Partner partner = new Partner("p", "P", row, URI.create("https://broker.example/callback/p"), false);
        SecretFields client = SecretFields.of("credential_file", Secret.of(OURS.text()))
                .with("client_id", Secret.of("our client"))
                .with("client_secret", Secret.of("s3cr3t"));
        return new HandshakeContext(
                partner, new ProviderMetadata(Optional.empty(), false, endpoints), client, Scopes.none());
    }

    /** A good login that sets these cookies. */
    static ScriptedPartner.Act cookies(String... lines) {
        return () -> new PartnerResponse(200, Map.of("set-cookie", List.of(lines)), new byte[0]);
    }

    static ScriptedPartner.Act answers(int status, String type, String body) {
        return () -> new PartnerResponse(
                status, Map.of("content-type", List.of(type)), body.getBytes(StandardCharsets.UTF_8));
    }

    @SuppressWarnings("unchecked")
    static Map<String, String> body(PartnerRequest request) {
        try {
            return new com.fasterxml.jackson.databind.ObjectMapper().readValue(request.body(), Map.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
