package dev.latchkey.testkit;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.ClientAuthentication;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.Endpoints;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.RefreshSemantics.Rotation;
import dev.latchkey.catalog.entry.ScopePolicy;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.oauth1.RequestSignature;
import dev.latchkey.oauth1.Stamps;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.ProviderMetadata;
import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.vault.SecretFields;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A sandbox with one generic OAuth 1.0a partner, and what the broker's own parts need to speak to it. */
public final class OAuth1Sandbox implements AutoCloseable {

    public static final String PARTNER = "generic/one";
    public static final URI CALLBACK = URI.create("http://127.0.0.1:1/callback/p?a=b%20c&d");

    private final Sandbox sandbox = Sandbox.start(SandboxConfig.defaults());
    private final SandboxControl control = new SandboxControl(sandbox.baseUri());

    public SandboxControl control() {
        return control;
    }

    /** Below the partner's address. */
    public URI at(String path) {
        return URI.create(sandbox.baseUri() + "/" + PARTNER + "/oauth1/" + path);
    }

    /** How often the partner was asked. */
    public long count(String endpoint) {
        return control.count(PARTNER, endpoint);
    }

    /** Has the partner want this method and place, and registers our client for it. */
    public HandshakeContext context(SignatureMethod method, ParameterPlace place, SecretFields client) {
        control.oauth1Rules(
                PARTNER,
                Map.of(
                        "signature_method",
                        method.wireName(),
                        "parameters_in",
                        place.name().toLowerCase(Locale.ROOT)));
        Dialect dialect = new Dialect(method, place, Map.of(), Optional.empty(), Set.of());
        return context(HandshakeKind.OAUTH1, dialect, client);
    }

    /** A client with a secret that the partner knows, by the partner's defaults. */
    public HandshakeContext context() {
        control.registerConsumer(PARTNER, "ck", "c&s", CALLBACK.toString());
        return context(SignatureMethod.HMAC_SHA1, ParameterPlace.HEADER, client("c&s"));
    }

    /** The credentials of a client with that secret. */
    public static SecretFields client(String secret) {
        return SecretFields.of("consumer_key", Secret.of("ck")).with("consumer_secret", Secret.of(secret));
    }

    /** For a registration of that kind. */
    public HandshakeContext context(HandshakeKind kind, Dialect dialect, SecretFields client) {
        Endpoints endpoints = new Endpoints(Map.of(
                EndpointName.REQUEST_TOKEN_ENDPOINT, at("request_token"),
                EndpointName.AUTHORIZATION_ENDPOINT, at("authorize"),
                EndpointName.ACCESS_TOKEN_ENDPOINT, at("access_token"),
                EndpointName.API_BASE, at("api")));
        CatalogEntry row = new CatalogEntry(
                "row",
                "Row",
                kind,
                SigningScheme.OAUTH1,
                true,
                false,
                endpoints,
                new ScopePolicy(Scopes.none(), false, Scopes.none(), false),
                ClientAuthentication.CLIENT_SECRET_BASIC,
                false,
                false,
                Map.of("User-Agent", "latchkey-test"),
                Map.of(),
                new RefreshSemantics(Rotation.NONE, Duration.ZERO, false, Duration.ofMinutes(5), Duration.ofHours(1)),
                dialect,
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                "");
        return new HandshakeContext(
                new Partner("p", "P", row, CALLBACK, false),
                new ProviderMetadata(Optional.empty(), false, endpoints),
                client,
                Scopes.none());
    }

    /** Stamps by that clock, with chance of their own. */
    public static Stamps stamps(Clock clock) {
        return new Stamps(clock, new SecretGenerator(new SecureRandom()));
    }

    /** What signs by these stamps. */
    public static RequestSignature signature(Stamps stamps) {
        return new RequestSignature(stamps);
    }

    /** The user says yes on the partner's page: where the browser goes then. */
    public URI consented(URI page) {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(page);
        browser.allow("alice");
        return browser.location()
                .orElseThrow(() -> new AssertionError(browser.page().body()));
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
