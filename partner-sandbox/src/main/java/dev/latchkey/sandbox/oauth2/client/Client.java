package dev.latchkey.sandbox.oauth2.client;

import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A client that is registered with one partner.
 *
 * @param secret the fake secret, if the client has one
 * @param keys the public keys that verify its assertions (RFC 7523)
 * @param redirectUris compared byte by byte (RFC 9700 s.2.1)
 */
public record Client(
        String partner, String id, Optional<String> secret, List<PublicKey> keys, Set<String> redirectUris) {

    public Client {
        keys = List.copyOf(keys);
        redirectUris = Set.copyOf(redirectUris);
    }
}
