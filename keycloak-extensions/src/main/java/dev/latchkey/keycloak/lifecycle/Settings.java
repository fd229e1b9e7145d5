package dev.latchkey.keycloak.lifecycle;

import java.net.URI;
import java.util.Optional;
import org.keycloak.Config;

/**
 * Where events go, and about which realm.
 *
 * @param realm the name of the realm whose users and clients are told about
 * @param issuer the realm's issuer, exactly as the broker has it in {@code latchkey.identity.issuer}
 * @param audience what the broker has in {@code latchkey.identity.audience}
 * @param endpoint the broker's address for events
 */
record Settings(String realm, String issuer, String audience, URI endpoint) {

    private static final String PATH = "/identity/events";

    /** The settings; empty if no broker is named. A half set extension stops the start. */
    static Optional<Settings> of(Config.Scope config) {
        String broker = config.get("broker");
        if (broker == null || broker.isBlank()) {
            return Optional.empty();
        }
        String base = broker.endsWith("/") ? broker.substring(0, broker.length() - 1) : broker;
        return Optional.of(new Settings(
                required(config, "realm"),
                required(config, "issuer"),
                config.get("audience", "latchkey"),
                endpoint(base)));
    }

    private static String required(Config.Scope config, String name) {
        String value = config.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("spi-events-listener--latchkey-lifecycle--" + name + " is missing");
        }
        return value;
    }

    /** Events tell who was disabled, so they travel by TLS, but on this machine. */
    private static URI endpoint(String base) {
        URI address = URI.create(base + PATH);
        boolean loopback = "127.0.0.1".equals(address.getHost()) || "[::1]".equals(address.getHost());
        if ("https".equals(address.getScheme()) || ("http".equals(address.getScheme()) && loopback)) {
            return address;
        }
        throw new IllegalArgumentException("spi-events-listener--latchkey-lifecycle--broker must be an https URL");
    }
}
