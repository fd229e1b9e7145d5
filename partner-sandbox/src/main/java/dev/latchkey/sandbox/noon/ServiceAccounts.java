package dev.latchkey.sandbox.noon;

import dev.latchkey.sandbox.http.Refusal;
import java.security.PublicKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Service accounts and their keys, at most five an account. Thread-safe by one lock. */
public final class ServiceAccounts {

    /** What Noon's pages allow. */
    public static final int MOST_KEYS = 5;

    /** One key of an account. */
    public record Key(String id, String account, String project, PublicKey publicKey) {}

    private final Map<String, Key> keys = new LinkedHashMap<>();

    /** Adds a key, or refuses the sixth of an account and an id that is taken. */
    public synchronized void add(Key key) {
        if (keys.containsKey(key.id())) {
            throw new Refusal(409, "conflict", "key id is taken");
        }
        if (of(key.account()).size() >= MOST_KEYS) {
            throw new Refusal(409, "conflict", "an account has at most " + MOST_KEYS + " keys");
        }
        keys.put(key.id(), key);
    }

    /** Removes a key; what it logged in stays. */
    public synchronized void remove(String id) {
        if (keys.remove(id) == null) {
            throw new Refusal(404, "not_found", "unknown key");
        }
    }

    public synchronized Optional<Key> find(String id) {
        return Optional.ofNullable(keys.get(id));
    }

    /** The keys of one account, oldest first. */
    public synchronized List<Key> of(String account) {
        return keys.values().stream()
                .filter(key -> key.account().equals(account))
                .toList();
    }

    public synchronized List<Key> all() {
        return List.copyOf(keys.values());
    }

    synchronized void clear() {
        keys.clear();
    }
}
