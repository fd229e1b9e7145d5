package dev.latchkey.http;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers for our own host only (R144): a page that makes a browser call us under a name of its own (DNS rebinding) and
 * a poisoned {@code Host} both end here. Health and the management port are exempt, since an orchestrator calls them by the
 * address of the machine.
 */
@Singleton
final class HostFilter {

    private static final String HEALTH = "/q/health";
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost", "[::1]");

    private final PublicUrl publicUrl;
    private final ManagementPort managementPort;

    HostFilter(PublicUrl publicUrl, ManagementPort managementPort) {
        this.publicUrl = publicUrl;
        this.managementPort = managementPort;
    }

    void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (HttpMethod.CONNECT.equals(request.method()) || HttpMethod.TRACE.equals(request.method())) {
            throw new BrokerException(ProblemType.METHOD_NOT_ALLOWED, "This method is not served.");
        }
        String path = request.path();
        if ((path != null && (path.equals(HEALTH) || path.startsWith(HEALTH + "/")))
                || managementPort.isAsked(request)) {
            return;
        }
        if (request.headers().getAll("Host").size() > 1
                || !isOurs(request.authority(), request)
                || !targetIsOurs(request)) {
            throw new BrokerException(
                    ProblemType.MISDIRECTED_REQUEST, "This server does not answer for the host of the request.");
        }
    }

    /** RFC 9112 section 3.2.2: the absolute form outranks {@code Host}, so it must name us as well. */
    private boolean targetIsOurs(HttpServerRequest request) {
        String target = request.uri();
        int start = target.indexOf("://");
        if (target.startsWith("/") || start < 0) {
            return true;
        }
        int end = target.indexOf('/', start + 3);
        String authority = target.substring(start + 3, end < 0 ? target.length() : end);
        return isOurs(HostAndPort.parseAuthority(authority, -1), request);
    }

    private boolean isOurs(@Nullable HostAndPort asked, HttpServerRequest request) {
        if (asked == null) {
            return false;
        }
        String host = asked.host().toLowerCase(Locale.ROOT);
        Optional<String> configured = publicUrl.authority();
        if (configured.isPresent()) {
            int defaultPort = publicUrl.isHttps() ? 443 : 80;
            HostAndPort ours = HostAndPort.parseAuthority(configured.get(), defaultPort);
            return host.equals(ours.host()) && port(asked, defaultPort) == port(ours, defaultPort);
        }
        return LOOPBACK.contains(host)
                && port(asked, 80) == request.localAddress().port();
    }

    private static int port(HostAndPort address, int otherwise) {
        return address.port() > 0 ? address.port() : otherwise;
    }
}
