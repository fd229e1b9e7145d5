package dev.latchkey.http;

import dev.latchkey.problem.BrokerException;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses every spelling of a path but the plain one, so that no two readers of it can disagree about what it names
 * (R137): no encoding, no parameters, no empty or dot segments. Rights do not depend on it: they are annotated on the
 * resources, and what is not annotated is denied.
 */
@Singleton
final class PathFilter {

    private static final Pattern PLAIN = Pattern.compile("/(?:[A-Za-z0-9_~-][A-Za-z0-9_~.-]*(?:/|$))*");

    /** What follows is the path of a partner, which may be encoded; it is the proxy's to judge. */
    private static final Pattern PROXIED =
            Pattern.compile("/api/v1/connections/[0-9a-f-]{36}/proxy((?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?)");

    /** A dot segment or a separator in disguise. */
    private static final Pattern DISGUISE =
            Pattern.compile("(?:^|/)(?:\\.|%2e){1,2}(?:/|$)|%2f|%5c|%00|//", Pattern.CASE_INSENSITIVE);

    /** All that the API names is in lower case; a UUID in capitals would be a second name of the same thing. */
    private static final Pattern CAPITAL = Pattern.compile("/api/.*[A-Z].*");

    void check(RoutingContext context) {
        String path = context.request().path();
        if (path == null || !(isPlain(path) || isProxied(path))) {
            throw BrokerException.notFound();
        }
    }

    private static boolean isPlain(String path) {
        return PLAIN.matcher(path).matches()
                && !path.contains("./")
                && !path.endsWith(".")
                && !CAPITAL.matcher(path).matches();
    }

    /** Whether the path is one of a partner below the proxy, spelt in a way that has one meaning. */
    static boolean isProxied(@Nullable String path) {
        if (path == null) {
            return false;
        }
        var parts = PROXIED.matcher(path);
        return parts.matches() && !DISGUISE.matcher(parts.group(1)).find() && PercentEncoding.isText(parts.group(1));
    }
}
