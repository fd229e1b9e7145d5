package dev.latchkey.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.ClientAuthentication;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.catalog.entry.ParameterPlace;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.RefreshSemantics.Rotation;
import dev.latchkey.catalog.entry.ScopePolicy;
import dev.latchkey.catalog.entry.SignatureMethod;
import dev.latchkey.catalog.entry.SigningScheme;
import dev.latchkey.oauth.Scopes;
import java.io.File;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Pins every row that ships with the broker: a change of one is a change for whoever uses the partner. */
class BuiltInRowsTest {

    private static final String NOON = "https://noon-api-gateway.noon.partners/";
    private static final RefreshSemantics SESSION =
            new RefreshSemantics(Rotation.NONE, Duration.ZERO, false, Duration.ofHours(22), Duration.ofDays(30));
    private static final RefreshSemantics STRICT =
            new RefreshSemantics(Rotation.STRICT, Duration.ZERO, false, Duration.ofMinutes(5), Duration.ofHours(24));
    private static final RefreshSemantics NONE =
            new RefreshSemantics(Rotation.NONE, Duration.ZERO, false, Duration.ofMinutes(5), Duration.ofHours(24));
    private static final ScopePolicy ANY = new ScopePolicy(Scopes.none(), false, Scopes.none(), false);

    private final Catalog catalog = TestCatalog.builtIn();

    @Test
    void listsAllInOrder() throws Exception {
        assertThat(catalog.all())
                .extracting(CatalogEntry::id)
                .isSorted()
                .contains("cryptonit-oauth2", "oauth2", "oidc");

        URI index =
                Objects.requireNonNull(getClass().getResource("/catalog/index")).toURI();
        String[] files =
                Objects.requireNonNull(new File(index.resolve(".")).list((directory, name) -> name.endsWith("yaml")));
        assertThat(Arrays.stream(files).map(name -> name.replace(".yaml", "")))
                .containsExactlyInAnyOrderElementsOf(
                        catalog.all().stream().map(CatalogEntry::id).toList());
    }

    @Test
    void cryptonit() {
        CatalogEntry row = row("cryptonit-oauth2");

        assertCommon(row, "Cryptonit", HandshakeKind.AUTHORIZATION_CODE, STRICT);
        assertThat(row.generic()).isFalse();
        assertThat(row.endpoints().values())
                .isEqualTo(Map.of(
                        EndpointName.AUTHORIZATION_ENDPOINT, URI.create("https://cryptonit.net/oauth2/authorize"),
                        EndpointName.TOKEN_ENDPOINT, URI.create("https://cryptonit.net/oauth/token"),
                        EndpointName.API_BASE, URI.create("https://cryptonit.net/apiv2/rest/")));
        assertThat(row.scopes())
                .isEqualTo(new ScopePolicy(Scopes.of("basic", "withdraw", "trade"), true, Scopes.none(), false));
        assertThat(row.clientAuthentication()).isEqualTo(ClientAuthentication.CLIENT_SECRET_POST);
        assertThat(row.pkce()).isTrue();
        assertThat(row.headers()).isEqualTo(Map.of("User-Agent", "Latchkey"));
        assertThat(row.notes()).contains("strict rotation is assumed");
    }

    @Test
    void noonesDelegated() {
        CatalogEntry row = row("noones-oauth2-delegated");

        assertCommon(row, "Noones (other users' accounts)", HandshakeKind.AUTHORIZATION_CODE, STRICT);
        assertThat(row.generic()).isFalse();
        assertThat(row.endpoints().values())
                .isEqualTo(Map.of(
                        EndpointName.AUTHORIZATION_ENDPOINT, URI.create("https://auth.noones.com/oauth2/authorize"),
                        EndpointName.TOKEN_ENDPOINT, URI.create("https://auth.noones.com/oauth2/token"),
                        EndpointName.API_BASE, URI.create("https://api.noones.com/")));
        assertThat(row.scopes()).isEqualTo(ANY);
        assertThat(row.clientAuthentication()).isEqualTo(ClientAuthentication.CLIENT_SECRET_BASIC);
        assertThat(row.pkce()).isTrue();
        assertThat(row.headers()).isEmpty();
    }

    @Test
    void noonesDirect() {
        CatalogEntry row = row("noones-oauth2-direct");

        assertCommon(row, "Noones (own account)", HandshakeKind.CLIENT_CREDENTIALS, NONE);
        assertThat(row.generic()).isFalse();
        assertThat(row.endpoints().values())
                .isEqualTo(Map.of(
                        EndpointName.TOKEN_ENDPOINT, URI.create("https://auth.noones.com/oauth2/token"),
                        EndpointName.API_BASE, URI.create("https://api.noones.com/")));
        assertThat(row.scopes()).isEqualTo(ANY);
        assertThat(row.clientAuthentication()).isEqualTo(ClientAuthentication.CLIENT_SECRET_BASIC);
        assertThat(row.pkce()).isFalse();
        assertThat(row.headers()).isEmpty();
    }

    @Test
    void genericOauth2() {
        CatalogEntry row = row("oauth2");

        assertCommon(row, "OAuth 2", HandshakeKind.AUTHORIZATION_CODE, STRICT);
        assertThat(row.generic()).isTrue();
        assertThat(row.openid()).isFalse();
        assertThat(row.endpoints().values()).isEmpty();
        assertThat(row.scopes()).isEqualTo(ANY);
        assertThat(row.pkce()).isTrue();
    }

    @Test
    void genericOidc() {
        CatalogEntry row = row("oidc");

        assertCommon(row, "OpenID Connect", HandshakeKind.AUTHORIZATION_CODE, STRICT);
        assertThat(row.generic()).isTrue();
        assertThat(row.openid()).isTrue();
        assertThat(row.endpoints().values()).isEmpty();
        assertThat(row.scopes()).isEqualTo(new ScopePolicy(Scopes.none(), false, Scopes.of("openid"), false));
        assertThat(row.pkce()).isTrue();
    }

    @Test
    void cryptonitOAuth1() {
        CatalogEntry row = row("cryptonit-oauth1");

        assertThreeLegs(row, ParameterPlace.QUERY);
        assertThat(row.generic()).isFalse();
        assertThat(row.endpoints().values())
                .isEqualTo(Map.of(
                        EndpointName.REQUEST_TOKEN_ENDPOINT, URI.create("https://cryptonit.net/oauth/request_token"),
                        EndpointName.AUTHORIZATION_ENDPOINT, URI.create("https://cryptonit.net/oauth/authorize"),
                        EndpointName.ACCESS_TOKEN_ENDPOINT, URI.create("https://cryptonit.net/oauth/access_token"),
                        EndpointName.API_BASE, URI.create("https://cryptonit.net/apiv2/rest/")));
    }

    @Test
    void genericOAuth1() {
        CatalogEntry row = row("oauth1");

        assertThreeLegs(row, ParameterPlace.HEADER);
        assertThat(row.generic()).isTrue();
        assertThat(row.endpoints().values()).isEmpty();
    }

    private static void assertThreeLegs(CatalogEntry row, ParameterPlace place) {
        assertThat(row.kind()).isEqualTo(HandshakeKind.OAUTH1);
        assertThat(row.signing()).isEqualTo(SigningScheme.OAUTH1);
        assertThat(row.dialect().signatureMethod()).isEqualTo(SignatureMethod.HMAC_SHA1);
        assertThat(row.dialect().parametersIn()).isEqualTo(place);
        assertThat(row.scopes()).isEqualTo(ANY);
        assertThat(row.credentialFields()).containsExactlyInAnyOrder("consumer_key", "consumer_secret", "private_key");
    }

    @Test
    void noonesHmac() {
        CatalogEntry row = row("noones-hmac");

        assertSigns(row, SigningScheme.FORM_SEAL, "https://noones.com/api", "api_key", "api_secret");
        assertThat(row.dialect().names()).isEqualTo(Map.of("api_key", "apikey", "nonce", "nonce", "seal", "apiseal"));
    }

    @Test
    void cryptonex() {
        CatalogEntry row = row("cryptonex");

        assertSigns(row, SigningScheme.JSON_RPC_NONCE, "https://userapi.cryptonex.org/api", "api_key", "api_secret");
        assertThat(row.dialect().names()).isEqualTo(Map.of("api_key", "key", "nonce", "nonce", "signature", "sign"));
        assertThat(row.notes()).as("R117").contains("not the parameters");
    }

    @Test
    void cryptonitAffiliate() {
        CatalogEntry row = row("cryptonit-affiliate");

        assertSigns(
                row,
                SigningScheme.OAUTH1,
                "https://cryptonit.net/apiv2/rest/affiliates",
                "consumer_key",
                "consumer_secret",
                "private_key",
                "token",
                "token_secret");
        assertThat(row.dialect().signatureMethod()).isEqualTo(SignatureMethod.HMAC_SHA1);
        assertThat(row.dialect().parametersIn()).isEqualTo(ParameterPlace.QUERY);
    }

    @Test
    void noiseAware() {
        CatalogEntry row = row("noiseaware");

        assertThat(row.kind()).isEqualTo(HandshakeKind.PARTNER_CALLBACK);
        assertThat(row.endpoints().values())
                .isEqualTo(Map.of(
                        EndpointName.AUTHORIZATION_ENDPOINT, URI.create("https://login.noiseaware.io/authorize"),
                        EndpointName.TOKEN_ENDPOINT, URI.create("https://portal.apps.noiseaware.io/token"),
                        EndpointName.REFRESH_ENDPOINT, URI.create("https://portal.apps.noiseaware.io/token/refresh"),
                        EndpointName.API_BASE, URI.create("https://portal.apps.noiseaware.io/")));
        assertThat(row.credentialFields()).containsExactlyInAnyOrder("partner_id", "client_id", "client_secret");
        assertThat(row.dialect().bareHeader()).contains("authorization");
        assertThat(row.dialect().reauthorizeStatuses()).containsExactlyInAnyOrder(401, 418);
        assertThat(row.dialect().name("returned")).isEqualTo("access_code accessCode code");
        assertThat(row.refresh().maximumLifetime()).isEqualTo(Duration.ofMinutes(15));
        assertThat(row.refresh().rotation()).isEqualTo(Rotation.STRICT);
        assertThat(row.pkce()).isFalse();
        assertThat(row.notes()).contains("assumed");
    }

    @Test
    void noon() {
        CatalogEntry row = row("noon");

        assertThat(row.kind()).isEqualTo(HandshakeKind.COOKIE_LOGIN);
        assertThat(row.credentialFields()).containsExactly("credential_file");
        assertThat(row.endpoints().values())
                .isEqualTo(Map.of(
                        EndpointName.LOGIN_ENDPOINT, URI.create(NOON + "identity/public/v1/api/login"),
                        EndpointName.API_BASE, URI.create(NOON)));
        assertThat(row.dialect().names())
                .isEqualTo(Map.of("login_token", "token", "login_project", "default_project_code"));
        assertThat(row.headers()).as("R111").containsKey("User-Agent");
        assertThat(row.refresh()).isEqualTo(SESSION);
    }

    @Test
    void noonOauth() {
        CatalogEntry row = row("noon-oauth");

        assertThat(row.kind()).isEqualTo(HandshakeKind.COOKIE_LOGIN_CODE);
        assertThat(row.credentialFields()).containsExactlyInAnyOrder("client_id", "client_secret", "credential_file");
        assertThat(row.endpoints().values())
                .isEqualTo(Map.of(
                        EndpointName.AUTHORIZATION_ENDPOINT, URI.create("https://oauth.noon.partners/"),
                        EndpointName.TOKEN_CREATE_ENDPOINT, URI.create(NOON + "identity/oauth/v1/token/create"),
                        EndpointName.TOKEN_EXCHANGE_ENDPOINT, URI.create(NOON + "identity/oauth/v1/token/exchange"),
                        EndpointName.LOGIN_ENDPOINT, URI.create(NOON + "identity/public/v1/api/login"),
                        EndpointName.API_BASE, URI.create(NOON)));
        assertThat(row.dialect().names())
                .containsEntry("created_token", "token")
                .containsEntry("code", "code");
        assertThat(row.headers()).as("R111").containsKey("User-Agent");
        assertThat(row.refresh()).isEqualTo(SESSION);
        assertThat(row.notes()).contains("assumed");
    }

    private static void assertSigns(CatalogEntry row, SigningScheme scheme, String apiBase, String... credentials) {
        assertThat(row.kind()).isEqualTo(HandshakeKind.API_KEY);
        assertThat(row.signing()).isEqualTo(scheme);
        assertThat(row.endpoints().values()).isEqualTo(Map.of(EndpointName.API_BASE, URI.create(apiBase)));
        assertThat(row.credentialFields()).containsExactlyInAnyOrder(credentials);
    }

    @Test
    void showsARowAsTheContractNamesIt() throws Exception {
        String json = new com.fasterxml.jackson.databind.ObjectMapper()
                .writeValueAsString(CatalogRow.of(row("cryptonit-oauth2")));

        assertThat(json)
                .contains("\"id\":\"cryptonit-oauth2\"")
                .contains("\"kind\":\"authorization_code\"")
                .contains("\"token_endpoint\":\"https://cryptonit.net/oauth/token\"")
                .contains("\"scopes\":{\"available\":[\"basic\",\"withdraw\",\"trade\"],\"required\":true")
                .contains("\"client_auth\":\"client_secret_post\"")
                .contains("\"refresh\":{\"rotation\":\"strict\",\"grace\":0,\"old_token_dies\":false")
                .contains("\"credentials\":[\"client_id\",\"client_secret\",\"private_key\"]");
    }

    private static void assertCommon(CatalogEntry row, String name, HandshakeKind kind, RefreshSemantics refresh) {
        assertThat(row.name()).isEqualTo(name);
        assertThat(row.kind()).isEqualTo(kind);
        assertThat(row.refresh()).isEqualTo(refresh);
        assertThat(row.issuerInCallback()).isFalse();
        assertThat(row.authorizationParameters()).isEmpty();
        assertThat(row.credentialFields()).containsExactlyInAnyOrder("client_id", "client_secret", "private_key");
    }

    private CatalogEntry row(String id) {
        return catalog.find(id).orElseThrow();
    }
}
