package dev.latchkey.caller.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The register of apps. */
@ConfigMapping(prefix = "latchkey.apps")
public interface AppsConfig {

    /** How long an app's old secret stays valid beside the new one after a rotation. */
    @WithDefault("PT24H")
    Duration oldSecretLifetime();
}
