package dev.latchkey.caller.limit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.OptionalInt;

/** How much one caller may ask for. */
@ConfigMapping(prefix = "latchkey.limits")
public interface LimitsConfig {

    /** Requests a minute that one app has at one process of the broker; absent: as many as it likes. */
    OptionalInt appRate();

    /**
     * Failed authentications a minute that one source address (for IPv6 its /64 network) has before it is told to wait.
     */
    @WithDefault("20")
    int failedAuthentications();

    /**
     * Calls of a ConnectionURL with a wrong client that one source address (for IPv6 its /64 network) has a minute before it
     * is told to wait.
     */
    @WithDefault("10")
    int wrongPartnerCalls();
}
