package dev.latchkey.sandbox.oauth2.client;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** All registered clients. Thread-safe. */
public final class ClientRegistry {

    private final ConcurrentNavigableMap<String, Client> clients = new ConcurrentSkipListMap<>();

    /** Registers a client; the same id at the same partner is replaced. */
    public void register(Client client) {
        clients.put(key(client.partner(), client.id()), client);
    }

    public Optional<Client> find(String partner, String id) {
        return Optional.ofNullable(clients.get(key(partner, id)));
    }

    public List<Client> all() {
        return List.copyOf(clients.values());
    }

    public void clear() {
        clients.clear();
    }

    private static String key(String partner, String id) {
        return partner + "\n" + id;
    }
}
