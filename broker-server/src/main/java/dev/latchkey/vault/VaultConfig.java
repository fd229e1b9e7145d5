package dev.latchkey.vault;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Locale;

/** Where secrets are kept. */
@ConfigMapping(prefix = "latchkey.vault")
public interface VaultConfig {

    /**
     * Which store: {@code local}, encrypted in the broker's own database, for one broker process; {@code kv2}, a Vault or
     * OpenBao, for production.
     */
    @WithDefault("local")
    Kind kind();

    /**
     * File with the key-encryption keys of the local store, made at the first start with owner-only rights. Keep a copy
     * apart from the database's copies: one without the other is worth nothing, to you as to a thief.
     */
    @WithDefault("${latchkey.data:./data}/keyset.json")
    Path keyset();

    /**
     * How many connections to the database the local store opens at most, beside those of {@code
     * latchkey.database.pool-size}. Another store opens one, at the start.
     */
    @WithDefault("10")
    int poolSize();

    /**
     * Whether the local store gets a new key at this start: all records are encrypted anew and the old keys removed, see
     * {@code docs/how-to/rotate-keys.md}.
     */
    @WithDefault("false")
    boolean rotateKeyAtStart();

    /**
     * Whether this start, on another store than the local one, first moves there what the local one holds; see {@code
     * docs/operations.md}. Such a start is refused without it.
     */
    @WithDefault("false")
    boolean moveLocalAtStart();

    /**
     * Whether this start compares the version of every active connection's credential in the database and in the secret
     * store, and logs those that differ. For the start after one of the two was restored; it reads every record.
     */
    @WithDefault("false")
    boolean compareAtStart();

    /** The stores there are. */
    enum Kind {
        LOCAL,
        KV2;

        /** The name in configuration, and of the bean. */
        String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
