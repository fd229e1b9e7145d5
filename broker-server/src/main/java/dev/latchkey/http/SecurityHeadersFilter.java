package dev.latchkey.http;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Map;

/** Sets what every answer carries, where the answer itself does not say otherwise. */
@Singleton
final class SecurityHeadersFilter {

    private static final Map<String, String> DEFAULTS = Map.of(
            "Cache-Control", "no-store",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
            "Referrer-Policy", "no-referrer",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY");
    private static final String TRANSPORT_SECURITY = "Strict-Transport-Security";

    private final PublicUrl publicUrl;

    SecurityHeadersFilter(PublicUrl publicUrl) {
        this.publicUrl = publicUrl;
    }

    void prepare(RoutingContext context) {
        context.addHeadersEndHandler(nothing -> {
            MultiMap headers = context.response().headers();
            DEFAULTS.forEach((name, value) -> {
                if (!headers.contains(name)) {
                    headers.set(name, value);
                }
            });
            if (publicUrl.isHttps()) {
                headers.set(TRANSPORT_SECURITY, "max-age=31536000");
            }
        });
    }
}
