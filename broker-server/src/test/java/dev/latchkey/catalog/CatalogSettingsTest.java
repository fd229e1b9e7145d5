package dev.latchkey.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.ClientAuthentication;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.RefreshSemantics.Rotation;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogSettingsTest {

    private static final String ISSUER = "{\"endpoints\":{\"issuer\":\"https://login.partner.example\"}";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Catalog catalog = TestCatalog.builtIn();
    private final CatalogSettings settings = TestCatalog.settings(false);

    @Test
    void aGenericRowTakesItsHabitsFromSettings() {
        CatalogEntry applied = apply("oidc", ISSUER + """
                        ,"scopes":["email"],"client_auth":"private_key_jwt","pkce":false,"issuer_in_callback":true,
                        "refresh":{"rotation":"grace","grace":30,"old_token_dies":true,
                        "default_lifetime":60,"maximum_lifetime":600}}
                        """, false);

        assertThat(applied.endpoints().require(EndpointName.ISSUER))
                .isEqualTo(URI.create("https://login.partner.example"));
        assertThat(applied.scopes().available()).isEqualTo(Scopes.of("email", "openid"));
        assertThat(applied.scopes().always()).isEqualTo(Scopes.of("openid"));
        assertThat(applied.clientAuthentication()).isEqualTo(ClientAuthentication.PRIVATE_KEY_JWT);
        assertThat(applied.pkce()).isFalse();
        assertThat(applied.issuerInCallback()).isTrue();
        assertThat(applied.refresh())
                .isEqualTo(new RefreshSemantics(
                        Rotation.GRACE, Duration.ofSeconds(30), true, Duration.ofMinutes(1), Duration.ofMinutes(10)));
        assertThat(applied.id()).isEqualTo("oidc");
    }

    @Test
    void settingsLeaveAloneWhatTheyDoNotName() {
        CatalogEntry applied = apply("oauth2", ISSUER + "}", false);

        assertThat(applied)
                .usingRecursiveComparison()
                .ignoringFields("endpoints")
                .isEqualTo(catalog.find("oauth2").orElseThrow());
    }

    @Test
    void aBuiltInRowNeedsNoSettings() {
        CatalogEntry row = catalog.find("cryptonit-oauth2").orElseThrow();

        assertThat(settings.apply(row, MissingNode.getInstance(), false)).isEqualTo(row);
        assertThat(settings.apply(row, NullNode.getInstance(), false)).isEqualTo(row);
        assertThat(apply("cryptonit-oauth2", "{}", false)).isEqualTo(row);
        assertThat(apply("cryptonit-oauth2", "{\"endpoints\":{}}", false)).isEqualTo(row);
    }

    @Test
    @DisplayName("R75 the endpoints of a built-in row are immutable")
    void refusesEndpointsOfABuiltInRow() {
        String own = "{\"endpoints\":{\"token_endpoint\":\"https://evil.example/token\"}}";

        assertRefused("cryptonit-oauth2", own, ProblemType.URL_NOT_ALLOWED, "/settings/endpoints");
        assertThat(apply("cryptonit-oauth2", own, true).endpoints().require(EndpointName.TOKEN_ENDPOINT))
                .hasHost("evil.example");
        assertThat(apply("cryptonit-oauth2", own, true).endpoints().require(EndpointName.API_BASE))
                .hasHost("cryptonit.net");
    }

    @ParameterizedTest
    @DisplayName("R75 the other habits of a built-in row are immutable, overrides or not")
    @ValueSource(
            strings = {
                "{\"scopes\":[\"all\"]}",
                "{\"client_auth\":\"client_secret_basic\"}",
                "{\"pkce\":false}",
                "{\"refresh\":{\"rotation\":\"none\"}}"
            })
    void refusesHabitsOfABuiltInRow(String json) {
        for (boolean overrides : new boolean[] {true, false}) {
            assertThatExceptionOfType(BrokerException.class)
                    .isThrownBy(() -> apply("cryptonit-oauth2", json, overrides))
                    .satisfies(e -> assertThat(e.type()).isEqualTo(ProblemType.INVALID_REQUEST));
        }
    }

    @ParameterizedTest
    @DisplayName("R129 R132 each address is vetted")
    @ValueSource(
            strings = {
                "http://partner.example/",
                "https://127.0.0.1/",
                "https://169.254.169.254/",
                "https://partner.example:5432/",
                "https://{host}/",
                "file:///etc/passwd",
                "",
                "x"
            })
    void vetsAddresses(String url) {
        String json = "{\"endpoints\":{\"issuer\":\"https://partner.example\",\"api_base\":\"" + url + "\"}}";

        assertRefused("oauth2", json, ProblemType.URL_NOT_ALLOWED, "/settings/endpoints/api_base");
        assertRefused("oidc", json, ProblemType.URL_NOT_ALLOWED, "/settings/endpoints/api_base");
    }

    @Test
    void loopbackIsAllowedWhereItIsOpen() {
        CatalogEntry row = catalog.find("oauth2").orElseThrow();
        JsonNode json = json("{\"endpoints\":{\"issuer\":\"http://127.0.0.1:9/realms/x\"}}");

        assertThat(TestCatalog.settings(true)
                        .apply(row, json, false)
                        .endpoints()
                        .require(EndpointName.ISSUER))
                .hasPort(9);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|/settings",
                "\"x\"|/settings",
                "1|/settings",
                "{\"colour\":1}|/settings",
                "{\"endpoints\":[]}|/settings/endpoints",
                "{\"endpoints\":{\"colour\":\"https://partner.example/\"}}|/settings/endpoints",
                "{\"endpoints\":{\"issuer\":1}}|/settings/endpoints/issuer",
                "{\"endpoints\":{\"issuer\":null}}|/settings/endpoints/issuer",
                "{\"scopes\":\"a\"}|/settings/scopes",
                "{\"scopes\":[1]}|/settings/scopes/0",
                "{\"scopes\":[\"a b\"]}|/settings/scopes/0",
                "{\"scopes\":[\"a\",\"a\"]}|/settings/scopes",
                "{\"client_auth\":\"none\"}|/settings/client_auth",
                "{\"pkce\":\"no\"}|/settings/pkce",
                "{\"refresh\":{\"rotation\":\"x\"}}|/settings/refresh/rotation",
                "{\"refresh\":{\"rotation\":\"grace\"}}|/settings/refresh",
                "{\"refresh\":{\"rotation\":\"strict\",\"grace\":5}}|/settings/refresh",
                "{\"refresh\":{\"grace\":-1}}|/settings/refresh",
                "{\"refresh\":{\"rotation\":\"grace\",\"grace\":1.5}}|/settings/refresh/grace",
                "{\"refresh\":{\"colour\":1}}|/settings/refresh",
                "{\"headers\":{\"Authorization\":\"x\"}}|/settings"
            })
    void pointsAtWhatIsMalformed(String json, String pointer) {
        assertRefused("oauth2", json, ProblemType.INVALID_REQUEST, pointer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"endpoints\":{}}",
                "{\"endpoints\":{\"token_endpoint\":\"https://partner.example/t\"}}",
                "{\"endpoints\":{\"authorization_endpoint\":\"https://partner.example/a\"}}"
            })
    void aGenericRowNeedsItsAddresses(String json) {
        assertRefused("oauth2", json, ProblemType.INVALID_REQUEST, "/settings/endpoints");
    }

    @Test
    void openidNeedsAnIssuer() {
        String json = """
                {"endpoints":{"authorization_endpoint":"https://partner.example/a",
                "token_endpoint":"https://partner.example/t"}}
                """;

        assertThat(apply("oauth2", json, false).endpoints().values()).hasSize(2);
        assertRefused("oidc", json, ProblemType.INVALID_REQUEST, "/settings/endpoints");
    }

    @ParameterizedTest
    @DisplayName("R90 settings that ask for the implicit or the password grant are refused")
    @ValueSource(
            strings = {
                ",\"response_type\":\"token\"}",
                ",\"grant_type\":\"password\"}",
                ",\"kind\":\"implicit\"}",
                ",\"authorization_parameters\":{\"response_type\":\"id_token token\"}}",
                ",\"grant_types\":[\"password\"]}"
            })
    void refusesForbiddenGrants(String rest) {
        assertThatExceptionOfType(BrokerException.class)
                .isThrownBy(() -> apply("oauth2", ISSUER + rest, true))
                .satisfies(e -> assertThat(e.type()).isEqualTo(ProblemType.GRANT_NOT_ALLOWED))
                .satisfies(e -> assertThat(e.type().status()).isEqualTo(422));
    }

    private CatalogEntry apply(String row, String json, boolean overrides) {
        return settings.apply(catalog.find(row).orElseThrow(), json(json), overrides);
    }

    private void assertRefused(String row, String json, ProblemType type, String pointer) {
        assertThatExceptionOfType(BrokerException.class)
                .isThrownBy(() -> apply(row, json, false))
                .satisfies(e -> assertThat(e.type()).isEqualTo(type))
                .satisfies(e -> assertThat(e.extensions()).containsEntry("pointer", pointer));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
