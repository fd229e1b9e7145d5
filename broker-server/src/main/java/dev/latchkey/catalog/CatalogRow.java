package dev.latchkey.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.RefreshSemantics;
import dev.latchkey.catalog.entry.ScopePolicy;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A row as JSON.
 *
 * @param credentials the names that the {@code credentials} of a registration may hold; of {@code client_secret} and
 *     {@code private_key} it brings the one that {@code client_auth} needs
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record CatalogRow(
        String id,
        String name,
        String kind,
        String signing,
        boolean generic,
        boolean openid,
        Map<String, URI> endpoints,
        ScopeRules scopes,
        @JsonProperty("client_auth") String clientAuth,
        boolean pkce,
        @JsonProperty("issuer_in_callback") boolean issuerInCallback,
        RefreshRules refresh,
        @JsonProperty("signature_method") String signatureMethod,
        @JsonProperty("parameters_in") String parametersIn,
        List<String> credentials,
        String notes) {

    /** Which scopes can be asked for. */
    public record ScopeRules(List<String> available, boolean required, List<String> always, boolean narrowing) {

        static ScopeRules of(ScopePolicy policy) {
            return new ScopeRules(
                    policy.available().asList(),
                    policy.required(),
                    policy.always().asList(),
                    policy.narrowing());
        }
    }

    /** What happens when a token is renewed; lengths of time are seconds. */
    public record RefreshRules(
            String rotation,
            long grace,
            @JsonProperty("old_token_dies") boolean oldTokenDies,
            @JsonProperty("default_lifetime") long defaultLifetime,
            @JsonProperty("maximum_lifetime") long maximumLifetime) {

        static RefreshRules of(RefreshSemantics refresh) {
            return new RefreshRules(
                    refresh.rotation().name().toLowerCase(Locale.ROOT),
                    refresh.grace().toSeconds(),
                    refresh.oldTokenDies(),
                    refresh.defaultLifetime().toSeconds(),
                    refresh.maximumLifetime().toSeconds());
        }
    }

    static CatalogRow of(CatalogEntry row) {
        SortedMap<String, URI> endpoints = new TreeMap<>();
        row.endpoints().values().forEach((name, address) -> endpoints.put(name.wireName(), address));
        return new CatalogRow(
                row.id(),
                row.name(),
                row.kind().wireName(),
                row.signing().wireName(),
                row.generic(),
                row.openid(),
                endpoints,
                ScopeRules.of(row.scopes()),
                row.clientAuthentication().wireName(),
                row.pkce(),
                row.issuerInCallback(),
                RefreshRules.of(row.refresh()),
                row.dialect().signatureMethod().wireName(),
                row.dialect().parametersIn().wireName(),
                row.credentialFields().stream().sorted().toList(),
                row.notes());
    }
}
