package dev.latchkey.sandbox.noon;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The {@code jti} of every login that was tried. Thread-safe. */
final class UsedIds {

    private final Set<String> used = ConcurrentHashMap.newKeySet();

    /** Whether this one comes for the first time. */
    boolean isNew(String keyId, String id) {
        return used.add(keyId + "\n" + id);
    }

    void clear() {
        used.clear();
    }
}
