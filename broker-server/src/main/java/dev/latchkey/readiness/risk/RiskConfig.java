package dev.latchkey.readiness.risk;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;
import java.util.Set;

/** How strictly a start judges what it finds. */
@ConfigMapping(prefix = "latchkey.readiness")
public interface RiskConfig {

    /** Whether this is production, where a severe risk stops the start. Otherwise it is logged, and that is all. */
    @WithDefault("false")
    boolean production();

    /**
     * Severe risks that do not stop a start in production, by the names of {@code operations.md}, separated by commas;
     * they are logged and shown all the same.
     */
    Optional<Set<Risk>> accepted();
}
