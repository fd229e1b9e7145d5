package dev.latchkey.sandbox.noon;

import dev.latchkey.sandbox.oauth2.grant.TokenSource;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicReference;

/** What Noon remembers. Each part is thread-safe by itself. */
public final class NoonBook {

    private final ServiceAccounts accounts = new ServiceAccounts();
    private final Sessions sessions;
    private final OneTimeValues oneTime;
    private final UsedIds usedIds = new UsedIds();
    private final AtomicReference<NoonSettings> settings = new AtomicReference<>(NoonSettings.DEFAULTS);

    public NoonBook(Clock clock, TokenSource tokens) {
        this.sessions = new Sessions(clock, tokens);
        this.oneTime = new OneTimeValues(clock, tokens);
    }

    public ServiceAccounts accounts() {
        return accounts;
    }

    public Sessions sessions() {
        return sessions;
    }

    /** Codes of sellers and the tokens that they are changed into. */
    OneTimeValues oneTime() {
        return oneTime;
    }

    UsedIds usedIds() {
        return usedIds;
    }

    public NoonSettings settings() {
        return settings.get();
    }

    public void settings(NoonSettings changed) {
        settings.set(changed);
    }

    /** Forgets everything. */
    public void clear() {
        accounts.clear();
        sessions.clear();
        oneTime.clear();
        usedIds.clear();
        settings.set(NoonSettings.DEFAULTS);
    }
}
