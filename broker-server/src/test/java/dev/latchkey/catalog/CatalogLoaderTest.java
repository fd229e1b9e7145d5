package dev.latchkey.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.ClientAuthentication;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.RefreshSemantics.Rotation;
import dev.latchkey.catalog.entry.ScopePolicy;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.ProblemType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogLoaderTest {

    static final String MINIMAL = """
            id: example
            name: Example
            kind: authorization_code
            endpoints:
              authorization_endpoint: https://partner.example/authorize
              token_endpoint: https://partner.example/token
            """;

    @TempDir
    Path folder;

    @Test
    void anOperatorsRowOfTenLinesIsLoadedWithSafeDefaults() throws IOException {
        assertThat(MINIMAL.lines()).hasSizeLessThanOrEqualTo(10);
        write("example.yaml", MINIMAL);

        CatalogEntry row = TestCatalog.with(folder).find("example").orElseThrow();

        assertThat(row.clientAuthentication()).isEqualTo(ClientAuthentication.CLIENT_SECRET_BASIC);
        assertThat(row.pkce()).isTrue();
        assertThat(row.refresh())
                .isEqualTo(new RefreshSemantics(
                        Rotation.STRICT, Duration.ZERO, false, Duration.ofMinutes(5), Duration.ofHours(24)));
    }

    @Test
    void readsEveryField() throws IOException {
        write("full.yaml", """
                id: full
                name: Full & "complete"
                kind: authorization_code
                generic: false
                openid: true
                endpoints:
                  issuer: https://login.partner.example
                  authorization_endpoint: https://login.partner.example/a?tenant=1
                  token_endpoint: https://login.partner.example/t
                  revocation_endpoint: https://login.partner.example/r
                  jwks_uri: https://login.partner.example/k
                  api_base: https://api.partner.example/v1/
                scopes: {available: [a, b], required: true, always: [openid], narrowing: true}
                client_auth: private_key_jwt
                pkce: false
                issuer_in_callback: true
                headers: {User-Agent: Latchkey/1, X-Version: "3"}
                authorization_parameters: {access_type: offline, prompt: consent}
                refresh: {rotation: grace, grace: 60, old_token_dies: true, default_lifetime: 900, maximum_lifetime: 3600}
                notes: A note.
                """);

        CatalogEntry row = TestCatalog.with(folder).find("full").orElseThrow();

        assertThat(row.openid()).isTrue();
        assertThat(row.endpoints().values()).hasSize(6);
        assertThat(row.scopes())
                .isEqualTo(new ScopePolicy(Scopes.of("a", "b", "openid"), true, Scopes.of("openid"), true));
        assertThat(row.clientAuthentication()).isEqualTo(ClientAuthentication.PRIVATE_KEY_JWT);
        assertThat(row.pkce()).isFalse();
        assertThat(row.issuerInCallback()).isTrue();
        assertThat(row.headers()).isEqualTo(Map.of("User-Agent", "Latchkey/1", "X-Version", "3"));
        assertThat(row.authorizationParameters()).isEqualTo(Map.of("access_type", "offline", "prompt", "consent"));
        assertThat(row.refresh())
                .isEqualTo(new RefreshSemantics(
                        Rotation.GRACE, Duration.ofSeconds(60), true, Duration.ofMinutes(15), Duration.ofHours(1)));
    }

    @ParameterizedTest
    @DisplayName("R134 the schema is closed and templates are refused")
    @ValueSource(
            strings = {
                "colour: red",
                "extends: oauth2",
                "id: Example",
                "id: ../etc",
                "id: 7",
                "name: ''",
                "name: ${env.HOME}",
                "name: '#{x}'",
                "name: '{{x}}'",
                "kind: saml",
                "pkce: sometimes",
                "pkce: 'true'",
                "generic: 1",
                "endpoints: {token_endpoint: 'https://${env.HOST}/token'}",
                "endpoints: {token_endpoint: 'https://partner.example/${env.X}'}",
                "endpoints: {token_endpoint: 'https://{tenant}.partner.example/'}",
                "endpoints: {token_endpoint: 'https://{{user}}@partner.example/'}",
                "endpoints: {token_endpoint: 'https://partner.example/#x'}",
                "endpoints: {token_endpoint: 'https://user@partner.example/'}",
                "endpoints: {token_endpoint: [https://partner.example/]}",
                "endpoints: {colour: 'https://partner.example/'}",
                "endpoints: {}",
                "scopes: [a]",
                "scopes: {available: ['a b']}",
                "scopes: {available: [a, a]}",
                "scopes: {pattern: '(a+)+$'}",
                "client_auth: none",
                "client_auth: tls_client_auth",
                "headers: {Authorization: x}",
                "headers: {Cookie: x}",
                "headers: {Host: x}",
                "headers: {Content-Length: '1'}",
                "headers: {X-A: \"a\\r\\nX-B: b\"}",
                "headers: {X-A: '${env.X}'}",
                "authorization_parameters: {redirect_uri: 'https://evil.example/'}",
                "authorization_parameters: {state: x}",
                "authorization_parameters: {response_type: code}",
                "authorization_parameters: {a: '${env.X}'}",
                "refresh: {rotation: perhaps}",
                "refresh: {rotation: grace}",
                "refresh: {rotation: none, grace: 5}",
                "refresh: {grace: 5}",
                "refresh: {default_lifetime: 0}",
                "refresh: {maximum_lifetime: 86401}",
                "refresh: {default_lifetime: 3600, maximum_lifetime: 60}",
                "refresh: {pattern: '(a+)+$'}",
                "notes: ~",
                "notes: 2026-01-01"
            })
    void refusesARowOutsideTheSchema(String line) throws IOException {
        write("bad.yaml", minimalWith(line));

        assertRefused("bad.yaml", ProblemType.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name: Other",
                "kind: client_credentials",
                "pkce: false",
                "endpoints: {issuer: 'https://partner.example'}",
                "scopes: {available: [a]}",
                "client_auth: client_secret_post",
                "headers: {X-A: b}",
                "authorization_parameters: {a: b}",
                "refresh: {rotation: grace, grace: 5}",
                "notes: x"
            })
    void admitsTheSameRowWithAGoodLine(String line) throws IOException {
        write("good.yaml", minimalWith(line));

        assertThat(TestCatalog.with(folder).find("example")).isPresent();
    }

    @ParameterizedTest
    @DisplayName("R129 R134 a row's addresses are vetted")
    @ValueSource(
            strings = {
                "http://partner.example/token",
                "https://127.0.0.1/token",
                "https://169.254.169.254/",
                "https://localhost/",
                "https://partner.example:22/",
                "https://2130706433/",
                "https://[::1]/"
            })
    void refusesForbiddenAddresses(String url) throws IOException {
        write("bad.yaml", MINIMAL.replace("https://partner.example/token", url));

        assertRefused("bad.yaml", ProblemType.URL_NOT_ALLOWED);
    }

    @Test
    void admitsLoopbackWhereItIsOpen() {
        byte[] row =
                MINIMAL.replace("https://partner.example", "http://127.0.0.1:9").getBytes(StandardCharsets.UTF_8);

        assertThat(TestCatalog.loader(Optional.empty(), true)
                        .row("a.yaml", row)
                        .endpoints()
                        .require(EndpointName.TOKEN_ENDPOINT))
                .hasScheme("http");
    }

    @ParameterizedTest
    @DisplayName("R90 a row that asks for the implicit or the password grant is refused")
    @ValueSource(
            strings = {
                "kind: password",
                "kind: implicit",
                "grant_type: password",
                "grant_types: [authorization_code, password]",
                "response_type: token",
                "response_type: code token",
                "response_type: Token",
                "authorization_parameters: {response_type: token}",
                "authorization_parameters: {response_type: 'id_token token'}",
                "authorization_parameters: {grant_type: password}"
            })
    void refusesForbiddenGrants(String line) throws IOException {
        String row = line.startsWith("kind") ? MINIMAL.replace("kind: authorization_code", line) : MINIMAL + line;
        write("bad.yaml", row);

        assertRefused("bad.yaml", ProblemType.GRANT_NOT_ALLOWED);
    }

    @Test
    void aRowMayNotReplaceAnother() throws IOException {
        write("mine.yaml", MINIMAL.replace("id: example", "id: oidc"));

        assertRefused("mine.yaml", ProblemType.INVALID_REQUEST);
    }

    @Test
    void namesThePlace() throws IOException {
        write("bad.yaml", MINIMAL.replace("https://partner.example/token", "nowhere"));

        assertThatExceptionOfType(CatalogFileException.class)
                .isThrownBy(() -> TestCatalog.with(folder))
                .withMessageContaining("bad.yaml")
                .withMessageContaining("/endpoints/token_endpoint");
    }

    @Test
    @DisplayName("R133 a bad file leaves the previous catalog in place")
    void keepsThePreviousCatalog() throws IOException {
        write("example.yaml", MINIMAL);
        Catalog catalog = TestCatalog.with(folder);
        write("second.yaml", MINIMAL.replace("id: example", "id: second"));
        write("bad.yaml", "id: [");

        assertThatExceptionOfType(CatalogFileException.class)
                .isThrownBy(catalog::reload)
                .satisfies(e -> assertThat(e.file()).isEqualTo("bad.yaml"));
        assertThat(catalog.find("example")).isPresent();
        assertThat(catalog.find("second")).isEmpty();

        Files.delete(folder.resolve("bad.yaml"));
        catalog.reload();
        assertThat(catalog.find("second")).isPresent();
    }

    @Test
    void aSessionMayLastThirtyDaysAndATokenOne() throws IOException {
        String session = """
                id: example
                name: Example
                kind: cookie_login
                endpoints:
                  login_endpoint: https://partner.example/login
                  api_base: https://partner.example/
                refresh: {maximum_lifetime: 2592000}
                """;
        write("example.yaml", session);
        assertThat(TestCatalog.with(folder)
                        .find("example")
                        .orElseThrow()
                        .refresh()
                        .maximumLifetime())
                .isEqualTo(Duration.ofDays(30));

        write("example.yaml", session.replace("2592000", "2592001"));
        assertRefused("example.yaml", ProblemType.INVALID_REQUEST);

        write("example.yaml", MINIMAL + "refresh: {maximum_lifetime: 2592000}\n");
        assertRefused("example.yaml", ProblemType.INVALID_REQUEST);
    }

    @Test
    void aMissingFolderStopsTheStart() {
        assertThatExceptionOfType(CatalogFileException.class)
                .isThrownBy(() -> TestCatalog.with(folder.resolve("none")))
                .withMessageContaining("none");
    }

    /** The minimal row with this line in place of its own of the same key. */
    private static String minimalWith(String line) {
        String key = line.substring(0, line.indexOf(':'));
        return MINIMAL.replaceAll("(?m)^" + key + ":.*\\R((  .*)\\R)*", "") + line + "\n";
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private void assertRefused(String file, ProblemType type) {
        assertThatExceptionOfType(CatalogFileException.class)
                .isThrownBy(() -> TestCatalog.with(folder))
                .withMessageContaining(file)
                .satisfies(e -> assertThat(e.type()).isEqualTo(type));
    }
}
