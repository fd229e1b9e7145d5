package dev.latchkey.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.catalog.ClosedSchema.Violation;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.ScopePolicy;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/**
 * Applies the {@code settings} of a registration to its row. A generic row takes its addresses and its habits from
 * there; the addresses of any other row are fixed (R75), unless overrides are allowed for a sandbox. Thread-safe.
 */
@ApplicationScoped
public final class CatalogSettings {

    private static final String POINTER = "/settings";
    /** The rate is agreed with our client, whatever the partner. */
    private static final Set<String> FOR_ANY_ROW = Set.of("endpoints", "rate");

    private final SsrfGuard guard;
    private final ClosedSchema schema = new ClosedSchema("settings.schema.json");

    /** Settings whose addresses that guard vets. */
    public CatalogSettings(SsrfGuard guard) {
        this.guard = guard;
    }

    /**
     * The row with the settings in place.
     *
     * @param settings the object that the registration brought; a null or missing node stands for none
     * @param overridesAllowed whether the addresses of a row that is not generic may be replaced
     * @throws BrokerException {@code invalid_request} with a pointer, {@code url_not_allowed} or
     *     {@code grant_not_allowed}
     */
    public CatalogEntry apply(CatalogEntry row, JsonNode settings, boolean overridesAllowed) {
        boolean given = !settings.isMissingNode() && !settings.isNull();
        if (given) {
            ForbiddenGrants.refuse(settings);
            schema.firstViolation(settings).ifPresent(violation -> {
                throw malformed(violation);
            });
            checkAllowed(row, settings, overridesAllowed);
            checkAddresses(settings.path("endpoints"));
        }
        CatalogEntry applied = given ? merged(row, settings) : row;
        checkWhole(applied);
        return applied;
    }

    private static BrokerException malformed(Violation violation) {
        String detail = violation.rule().equals("additionalProperties")
                ? "The settings hold a member that is not known here."
                : "A setting has the wrong type or value.";
        return BrokerException.invalid(POINTER + violation.pointer(), detail);
    }

    private static void checkAllowed(CatalogEntry row, JsonNode settings, boolean overridesAllowed) {
        if (row.generic()) {
            return;
        }
        settings.fieldNames().forEachRemaining(member -> {
            if (!FOR_ANY_ROW.contains(member)) {
                throw BrokerException.invalid(POINTER + "/" + member, "This setting is for generic rows only.");
            }
        });
        if (!overridesAllowed && !settings.path("endpoints").isEmpty()) {
            throw new BrokerException(ProblemType.URL_NOT_ALLOWED, "The endpoints of this partner are fixed.")
                    .with("pointer", POINTER + "/endpoints");
        }
    }

    private void checkAddresses(JsonNode endpoints) {
        endpoints.properties().forEach(member -> {
            try {
                guard.check(member.getValue().asText());
            } catch (BrokerException e) {
                throw e.with("pointer", POINTER + "/endpoints/" + member.getKey());
            }
        });
    }

    private static void checkWhole(CatalogEntry applied) {
        if (!RowRules.isComplete(applied, applied.endpoints())) {
            String detail =
                    applied.openid() ? "The issuer must be given." : "An address that the protocol needs is not given.";
            throw BrokerException.invalid(POINTER + "/endpoints", detail);
        }
        if (!RowRules.keepsSecretsOutOfAddresses(applied.dialect())) {
            throw BrokerException.invalid(POINTER + "/parameters_in", "PLAINTEXT never travels in the query.");
        }
        if (!RowRules.lifetimesAgree(applied.refresh())) {
            throw BrokerException.invalid(POINTER + "/refresh", "The default lifetime is above the maximum.");
        }
    }

    private static CatalogEntry merged(CatalogEntry row, JsonNode settings) {
        return new CatalogEntry(
                row.id(),
                row.name(),
                row.kind(),
                row.signing(),
                row.generic(),
                row.openid(),
                row.endpoints().overriddenBy(RowReader.endpoints(settings.path("endpoints"))),
                scopes(row.scopes(), settings.path("scopes")),
                RowReader.clientAuthentication(settings.path("client_auth"), row.clientAuthentication()),
                settings.path("pkce").asBoolean(row.pkce()),
                settings.path("issuer_in_callback").asBoolean(row.issuerInCallback()),
                row.headers(),
                row.authorizationParameters(),
                RowReader.refresh(settings.path("refresh"), row.refresh()),
                RowReader.dialect(settings, row.dialect()),
                row.credentialFields(),
                row.webhook(),
                RowReader.rate(settings.path("rate")).or(row::rate),
                row.notes());
    }

    private static ScopePolicy scopes(ScopePolicy policy, JsonNode given) {
        Scopes available = RowReader.scopeList(given);
        return available.isEmpty()
                ? policy
                : new ScopePolicy(
                        available.plus(policy.always()), policy.required(), policy.always(), policy.narrowing());
    }
}
