package dev.latchkey.sandbox.oauth1;

import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A client of OAuth 1.0 that is registered with one partner.
 *
 * @param secret the fake secret, if the consumer has one
 * @param keys the public keys that verify its RSA signatures
 * @param callbacks compared byte by byte with {@code oauth_callback}
 */
public record Consumer(
        String partner, String key, Optional<String> secret, List<PublicKey> keys, Set<String> callbacks) {

    public Consumer {
        keys = List.copyOf(keys);
        callbacks = Set.copyOf(callbacks);
    }
}
