package dev.latchkey.http;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemWriter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.function.Consumer;

/**
 * The checks that every request passes before any route, authentication or body. The order matters: a check runs before
 * any later step that the input it rejects could mislead.
 */
@Singleton
final class FrontDoor {

    /** Above everything that the framework registers itself (CORS has 300, authentication 200). */
    private static final int FIRST = 10_000;

    /** After the framework has set its own limit for bodies, before anybody reads one. */
    private static final int LAST = 1;

    private final ProblemWriter problems;
    private final RequestIdFilter requestIds;
    private final SecurityHeadersFilter headers;
    private final SizeFilter sizes;
    private final HostFilter hosts;
    private final PathFilter paths;
    private final ManagementPort ports;
    private final SlowBodyFilter bodies;

    FrontDoor(
            ProblemWriter problems,
            RequestIdFilter requestIds,
            SecurityHeadersFilter headers,
            SizeFilter sizes,
            HostFilter hosts,
            PathFilter paths,
            ManagementPort ports,
            SlowBodyFilter bodies) {
        this.problems = problems;
        this.requestIds = requestIds;
        this.headers = headers;
        this.sizes = sizes;
        this.hosts = hosts;
        this.paths = paths;
        this.ports = ports;
        this.bodies = bodies;
    }

    void register(@Observes Filters filters) {
        filters.register(step(requestIds::begin), FIRST);
        filters.register(step(headers::prepare), FIRST - 1);
        filters.register(step(sizes::check), FIRST - 2);
        filters.register(step(hosts::check), FIRST - 3);
        filters.register(step(paths::check), FIRST - 4);
        filters.register(step(ports::check), FIRST - 5);
        filters.register(step(bodies::watch), FIRST - 6);
        filters.register(step(sizes::limitBody), LAST);
    }

    /** Passes the request on, or ends it with the problem that the step throws. */
    private Handler<RoutingContext> step(Consumer<RoutingContext> check) {
        return context -> {
            try {
                check.accept(context);
            } catch (BrokerException problem) {
                problems.send(context, problem);
                return;
            }
            context.next();
        };
    }
}
