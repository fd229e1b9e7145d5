package dev.latchkey.sandbox.key;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/** The largest nonce of each key so far. One lock: what comes first at the partner is first here. Thread-safe. */
public final class NonceBook {

    private final Map<String, BigInteger> largest = new HashMap<>();

    /** Takes a nonce if it is larger than all that came before it with this key; the order is that of arrival. */
    public synchronized boolean take(String partner, String key, BigInteger nonce) {
        String name = partner + "\n" + key;
        BigInteger before = largest.get(name);
        if (before != null && nonce.compareTo(before) <= 0) {
            return false;
        }
        largest.put(name, nonce);
        return true;
    }

    public synchronized void clear() {
        largest.clear();
    }
}
