package dev.latchkey.partner;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of the registrations at partners. */
@ConfigMapping(prefix = "latchkey.partners")
public interface PartnersConfig {

    /**
     * Whether a registration may replace the addresses of a built-in catalog row. For the sandbox and for tests only:
     * with it, an admin decides where a partner's users, codes and client secrets are sent (R75).
     */
    @WithDefault("false")
    boolean endpointOverrides();
}
