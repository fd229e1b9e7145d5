package dev.latchkey.sandbox.oauth2.client;

import dev.latchkey.sandbox.callback.ConnectionUrl;
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
 * @param connectionUrl where the partner calls the client, if it is a partner that does
 */
public record Client(
        String partner,
        String id,
        Optional<String> secret,
        List<PublicKey> keys,
        Set<String> redirectUris,
        Optional<ConnectionUrl> connectionUrl) {

    public Client {
        keys = List.copyOf(keys);
        redirectUris = Set.copyOf(redirectUris);
    }
}
