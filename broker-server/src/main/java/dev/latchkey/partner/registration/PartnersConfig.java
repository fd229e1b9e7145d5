package dev.latchkey.partner.registration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the registrations at partners. */
@ConfigMapping(prefix = "latchkey.partners")
public interface PartnersConfig {

    /**
     * Whether a registration may replace the addresses of a built-in catalog row. For the sandbox and for tests only:
     * with it, an admin decides where a partner's users, codes and client secrets are sent (R75).
     */
    @WithDefault("false")
    boolean endpointOverrides();

    /**
     * How long a webhook that is signed with the secret from before the last change of a registration is still accepted
     * beside the new one.
     */
    @WithDefault("PT24H")
    Duration oldWebhookSecretLifetime();

    /**
     * How long the client secret from before the last change of a registration is still tried where the partner does not
     * take the new one.
     */
    @WithDefault("PT24H")
    Duration oldClientSecretLifetime();
}
