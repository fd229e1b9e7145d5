package dev.latchkey.protection;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How partners are protected from us, and we from partners that hang. */
@ConfigMapping(prefix = "latchkey.protection")
public interface ProtectionConfig {

    /** How many of the latest calls of a registration are judged; fewer decide nothing. */
    @WithDefault("20")
    int breakerCalls();

    /** How many per cent of these calls fail, at least, before the partner is left alone; from 1 to 100. */
    @WithDefault("50")
    int breakerFailures();

    /** How long a partner is left alone; then one call is tried. */
    @WithDefault("PT10S")
    Duration breakerPause();

    /** How many calls of one registration a process has under way at most; those of apps through us are counted apart. */
    @WithDefault("200")
    int callsAtOnce();

    /** How long a call waits for a place or for its turn in the rate before it is refused; at most half the deadline. */
    @WithDefault("PT3S")
    Duration patience();
}
