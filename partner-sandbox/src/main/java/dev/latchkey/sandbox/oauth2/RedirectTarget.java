package dev.latchkey.sandbox.oauth2;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A redirect address to which parameters are added; its own query stays (RFC 6749 s.3.1.2). Not thread-safe. */
public final class RedirectTarget {

    private final StringBuilder uri;

    public RedirectTarget(String redirectUri) {
        this.uri = new StringBuilder(redirectUri);
    }

    /** Adds one parameter, encoded as a form. */
    public void add(String name, String value) {
        uri.append(uri.indexOf("?") < 0 ? '?' : '&')
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
