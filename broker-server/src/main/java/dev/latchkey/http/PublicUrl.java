package dev.latchkey.http;

import io.quarkus.value.registry.ValueRegistry;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * The broker's own address as others see it. It comes from the configuration only, never from a request (R144).
 * Thread-safe.
 */
@Singleton
public final class PublicUrl {

    private final Optional<URI> configured;
    private final HttpConfig config;
    private final ValueRegistry started;

    PublicUrl(HttpConfig config, ValueRegistry started) {
        this.configured = config.publicUrl().map(PublicUrl::checked);
        this.config = config;
        this.started = started;
    }

    /** The absolute address of a path of ours; the path begins with a slash. */
    public URI resolve(String path) {
        if (!path.startsWith("/") || path.startsWith("//")) {
            throw new IllegalArgumentException("not an absolute path");
        }
        return URI.create(origin() + path);
    }

    /** Whether browsers come by https, which decides about cookies. */
    public boolean isHttps() {
        return configured.filter(url -> url.getScheme().equals("https")).isPresent();
    }

    /** The host and port that requests must name; empty if none is configured. */
    Optional<String> authority() {
        return configured.map(URI::getRawAuthority);
    }

    private String origin() {
        return configured.map(URI::toString).orElseGet(() -> "http://127.0.0.1:" + port());
    }

    /** The port that was really bound, which differs from the configured one where that is 0. */
    private int port() {
        int bound = HttpServer.INFO.get(started).getPort();
        return bound > 0 ? bound : config.port();
    }

    private static URI checked(URI url) {
        boolean http = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
        String authority = url.getRawAuthority();
        if (!http
                || url.getHost() == null
                || !authority.equals(authority.toLowerCase(Locale.ROOT))
                || url.getRawUserInfo() != null
                || !url.toString().equals(url.getScheme() + "://" + authority)) {
            throw new IllegalArgumentException(
                    "latchkey.http.public-url must be http(s)://host[:port] in lower case, without a path");
        }
        return url;
    }
}
