package dev.latchkey.sandbox.oauth2;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The settings that were changed, by partner. Thread-safe. */
public final class SettingsBook {

    private final Map<String, Settings> changed = new ConcurrentHashMap<>();

    public void put(String partner, Settings settings) {
        changed.put(partner, settings);
    }

    /** The partner's settings as they were set, if they were. */
    public Optional<Settings> find(String partner) {
        return Optional.ofNullable(changed.get(partner));
    }

    public void clear() {
        changed.clear();
    }
}
