package dev.latchkey.sandbox.oauth2;

import dev.latchkey.sandbox.oauth2.client.AuthMethod;
import dev.latchkey.sandbox.oauth2.client.Client;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * How strict a partner is, and in what.
 *
 * @param partner the partner's id, which is also its path below the base
 * @param title the name a person reads
 * @param methods how clients may authenticate
 * @param scopes which scopes exist
 * @param stateRequired whether an authorization request must carry {@code state}
 * @param userAgentRequired whether back-channel requests must carry {@code User-Agent}
 * @param grants which client may use which grant
 */
public record Profile(
        String partner,
        String title,
        Set<AuthMethod> methods,
        ScopeRule scopes,
        boolean stateRequired,
        boolean userAgentRequired,
        BiPredicate<Client, GrantType> grants) {

    public Profile {
        methods = Set.copyOf(methods);
    }
}
