package dev.latchkey.keycloak.claims;

import java.util.Set;
import java.util.regex.Pattern;

/** Which claims a mapper may write: none that a reader of tokens takes for something else. */
final class ClaimName {

    static final String DEFAULT = "latchkey_connections";

    private static final Pattern FORM = Pattern.compile("[A-Za-z][A-Za-z0-9_:/.-]{0,63}");

    /** RFC 7519 section 4.1, RFC 9068 section 2.2, OpenID Connect Core section 2, and Keycloak's own. */
    private static final Set<String> TAKEN = Set.of(
            "iss",
            "sub",
            "aud",
            "exp",
            "nbf",
            "iat",
            "jti",
            "typ",
            "azp",
            "client_id",
            "scope",
            "sid",
            "acr",
            "amr",
            "cnf",
            "act",
            "may_act",
            "nonce",
            "at_hash",
            "c_hash",
            "s_hash",
            "auth_time",
            "events",
            "roles",
            "groups",
            "entitlements",
            "realm_access",
            "resource_access",
            "authorization",
            "authorization_details",
            "preferred_username",
            "name",
            "email",
            "email_verified",
            "allowed-origins",
            "trusted-certs");

    private ClaimName() {}

    static boolean isAllowed(String name) {
        return FORM.matcher(name).matches() && !TAKEN.contains(name);
    }
}
