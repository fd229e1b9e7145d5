package dev.latchkey.keycloak.broker;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.keycloak.Config;

/**
 * Where the broker is and what it calls itself. Only whoever starts Keycloak sets this: the admin of a realm must not
 * decide who receives tokens of the realm's clients.
 *
 * @param address the broker's public address, without a path
 * @param audience what the {@code aud} of its callers' tokens holds ({@code latchkey.identity.audience} there)
 */
public record BrokerSettings(URI address, String audience) {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "localhost");

    /**
     * Reads {@code url}, {@code audience} and {@code allow-plain-http} of a provider's options.
     *
     * @return nothing where no {@code url} is set: the extension is off
     * @throws IllegalArgumentException if the address may not be used; it ends the start of Keycloak
     */
    public static Optional<BrokerSettings> of(Config.Scope options) {
        Optional<String> url = Optional.ofNullable(options.get("url")).filter(it -> !it.isBlank());
        boolean plain = Boolean.TRUE.equals(options.getBoolean("allow-plain-http", false));
        String audience = options.get("audience", "latchkey");
        return url.map(it -> new BrokerSettings(address(it, plain), audience));
    }

    static URI address(String url, boolean plainHttpAllowed) {
        URI address = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
        String scheme = Optional.ofNullable(address.getScheme()).orElse("");
        String host = Optional.ofNullable(address.getHost()).orElse("");
        boolean bare = Optional.ofNullable(address.getRawPath()).orElse("").isEmpty()
                && address.getRawQuery() == null
                && address.getRawFragment() == null
                && address.getRawUserInfo() == null;
        if (host.isEmpty() || !bare) {
            throw new IllegalArgumentException("url must be the broker's address and nothing more");
        }
        boolean plainIsFine = plainHttpAllowed || LOOPBACK.contains(host);
        if (!scheme.equals("https") && !(scheme.equals("http") && plainIsFine)) {
            throw new IllegalArgumentException("url must be https; tokens travel there");
        }
        return address;
    }
}
