package dev.latchkey.partner.registration;

import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.ClientAuthentication;
import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.catalog.entry.Endpoints;
import dev.latchkey.outbound.guard.SsrfGuard;
import dev.latchkey.partner.IssuerDocument;
import dev.latchkey.partner.IssuerMetadata;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Judges a profile before it is saved: whether its addresses may be called, and whether it has those that it needs. */
@ApplicationScoped
final class ProfileCheck {

    private static final String UNREAD =
            "The issuer's metadata cannot be read now; it is read again when it is needed.";

    private final SsrfGuard guard;
    private final IssuerMetadata metadata;

    ProfileCheck(SsrfGuard guard, IssuerMetadata metadata) {
        this.guard = guard;
        this.metadata = metadata;
    }

    /**
     * Calls the issuer, if there is one.
     *
     * @return warnings for the admin; none of them keeps the profile from being saved
     * @throws BrokerException {@code url_not_allowed} (R129), or {@code invalid_request} for an address that is missing
     *     or an issuer whose metadata names another one (R77)
     */
    List<String> check(CatalogEntry profile) {
        profile.endpoints().values().forEach((name, uri) -> vet(uri, name));
        // The issuer is what an ID token must name, and the audience of our assertions (R98).
        boolean issuerNeeded =
                profile.openid() || profile.clientAuthentication() == ClientAuthentication.PRIVATE_KEY_JWT;
        if (issuerNeeded && profile.endpoints().get(EndpointName.ISSUER).isEmpty()) {
            throw missing(EndpointName.ISSUER);
        }
        return profile.endpoints()
                .get(EndpointName.ISSUER)
                .map(issuer -> checkIssuer(issuer, profile))
                .orElseGet(() -> {
                    requireAll(profile, profile.endpoints());
                    return List.of();
                });
    }

    private List<String> checkIssuer(URI issuer, CatalogEntry profile) {
        IssuerDocument document;
        try {
            document = metadata.readAnew(issuer, profile);
        } catch (BrokerException e) {
            if (e.type() == ProblemType.URL_NOT_ALLOWED) {
                throw e.with("pointer", pointer(EndpointName.ISSUER));
            }
            return List.of(UNREAD);
        }
        if (!document.isOf(issuer)) {
            throw BrokerException.invalid(
                    pointer(EndpointName.ISSUER), "The metadata that is found there names another issuer.");
        }
        document.endpoints().values().values().forEach(uri -> vet(uri, EndpointName.ISSUER));
        requireAll(profile, document.endpoints().overriddenBy(profile.endpoints()));
        return List.of();
    }

    private static void requireAll(CatalogEntry profile, Endpoints endpoints) {
        for (EndpointName name : needed(profile)) {
            if (endpoints.get(name).isEmpty()) {
                throw missing(name);
            }
        }
    }

    private static Set<EndpointName> needed(CatalogEntry profile) {
        Set<EndpointName> needed = EnumSet.copyOf(profile.kind().endpoints());
        if (profile.openid()) {
            needed.add(EndpointName.JWKS_URI);
        }
        return needed;
    }

    private void vet(URI uri, EndpointName name) {
        try {
            guard.check(uri);
        } catch (BrokerException e) {
            throw e.with("pointer", pointer(name));
        }
    }

    private static BrokerException missing(EndpointName name) {
        return BrokerException.invalid(pointer(name), "The registration needs this address.");
    }

    private static String pointer(EndpointName name) {
        return "/settings/endpoints/" + name.wireName();
    }
}
