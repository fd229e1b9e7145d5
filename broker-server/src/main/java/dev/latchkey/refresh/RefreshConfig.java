package dev.latchkey.refresh;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How credentials are renewed ahead of their end. */
@ConfigMapping(prefix = "latchkey.refresh")
public interface RefreshConfig {

    /** Whether credentials are renewed before they end, also when no app asks. */
    @WithDefault("true")
    boolean ahead();

    /** The pause between two looks at what is due. */
    @WithDefault("PT5S")
    Duration aheadPause();

    /**
     * Whether access tokens are held in memory, where they are handed out from while the secret store is away. If not, each
     * hand-out reads the store.
     */
    @WithDefault("true")
    boolean holdTokens();

    /** How many credentials of one partner one look renews at most. */
    @WithDefault("200")
    int aheadBatch();

    /**
     * How many renewals of one partner a look has under way at the same time; fewer, where its rate allows fewer in a second.
     */
    @WithDefault("8")
    int aheadConcurrency();

    /**
     * How many renewals of one partner work at the database and the vault at the same time; the others wait, so that one
     * partner's cannot take the whole pool. While the partner is asked none is counted.
     */
    @WithDefault("8")
    int storesAtOnce();
}
