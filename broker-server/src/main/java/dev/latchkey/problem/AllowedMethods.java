package dev.latchkey.problem;

import io.quarkus.resteasy.reactive.server.runtime.ResteasyReactiveRecorder;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler;
import org.jboss.resteasy.reactive.server.handlers.RestInitialHandler.InitialMatch;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper.RequestMatch;
import org.jboss.resteasy.reactive.server.mapping.RuntimeResource;
import org.jboss.resteasy.reactive.server.spi.ServerRestHandler;

/**
 * The methods that a resource knows. RFC 9110 section 15.5.6 wants them in each 405, and the framework does not tell them:
 * they are looked up in its own routes, in the order in which it looks for the one of a request.
 */
final class AllowedMethods {

    private static final String GET = HttpMethod.GET.name();
    private static final String HEAD = HttpMethod.HEAD.name();
    private static final String OPTIONS = HttpMethod.OPTIONS.name();

    private AllowedMethods() {}

    /** The methods of the resource at the path; none where no resource is. */
    static SortedSet<String> at(String path) {
        RequestMapper<InitialMatch> classes = new RequestMapper<>(
                ResteasyReactiveRecorder.getCurrentDeployment().getClassMappers());
        SortedSet<String> methods = new TreeSet<>();
        RequestMatch<InitialMatch> match = classes.map(path);
        while (match != null) {
            for (ServerRestHandler handler : match.value.handlers) {
                if (handler instanceof ClassRoutingHandler routes) {
                    methods.addAll(below(routes.getMappers(), match.remaining));
                }
            }
            match = classes.continueMatching(path, match);
        }
        return methods;
    }

    private static SortedSet<String> below(Map<String, RequestMapper<RuntimeResource>> routes, String remaining) {
        String path = remaining.isEmpty() ? "/" : remaining;
        SortedSet<String> methods = new TreeSet<>();
        routes.forEach((method, mapper) -> {
            if (Objects.nonNull(method) && mapper.map(path) != null) {
                methods.add(method);
            }
        });
        // What the framework answers by itself.
        if (methods.contains(GET)) {
            methods.add(HEAD);
        }
        if (!methods.isEmpty()) {
            methods.add(OPTIONS);
        }
        return methods;
    }
}
