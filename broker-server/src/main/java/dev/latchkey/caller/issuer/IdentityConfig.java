package dev.latchkey.caller.issuer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Which OpenID provider's tokens prove who calls. */
@ConfigMapping(prefix = "latchkey.identity")
public interface IdentityConfig {

    /**
     * The issuer, exactly as it stands in its tokens and in its discovery document; https, or http on loopback where
     * {@code latchkey.outbound.allow-loopback} is set. Absent: no bearer token is accepted.
     */
    Optional<String> issuer();

    /** What the {@code aud} of an access token must hold. */
    @WithDefault("latchkey")
    String audience();

    /** Where a token lists its roles: names of members, separated by slashes. */
    @WithDefault("realm_access/roles")
    String rolesClaim();

    /**
     * Whether HTTP Basic is accepted: app ids with their secrets, and the users {@code admin} and {@code approver}.
     * Absent: only where no issuer is set.
     */
    Optional<Boolean> basic();

    /** Whether HTTP Basic is accepted after all. */
    default boolean basicAccepted() {
        return basic().orElse(issuer().isEmpty());
    }
}
