package dev.latchkey.audit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The audit log. */
@ConfigMapping(prefix = "latchkey.audit")
public interface AuditConfig {

    /** How long a caller waits for its row to be committed; then it is refused with {@code store_unavailable}. */
    @WithDefault("PT5S")
    Duration patience();

    /** How many rows may wait for a commit; a row beyond is refused with {@code store_unavailable}. */
    @WithDefault("10000")
    int queue();
}
