package dev.latchkey.http;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.Diagnosis;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.problem.ProblemWriter;
import dev.latchkey.problem.RequestId;
import io.quarkus.security.AuthenticationException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Map;
import org.jboss.logging.Logger;

/** Explains what fails outside of any resource: no route, no right to a path, a body that outgrew its limit. */
@Singleton
final class FailureHandler {

    private static final Logger LOG = Logger.getLogger(FailureHandler.class);

    private static final Map<Integer, ProblemType> BY_STATUS = Map.of(
            400, ProblemType.INVALID_REQUEST,
            401, ProblemType.UNAUTHENTICATED,
            403, ProblemType.FORBIDDEN,
            404, ProblemType.NOT_FOUND,
            405, ProblemType.METHOD_NOT_ALLOWED,
            406, ProblemType.NOT_ACCEPTABLE,
            413, ProblemType.PAYLOAD_TOO_LARGE,
            414, ProblemType.URI_TOO_LONG,
            415, ProblemType.UNSUPPORTED_MEDIA_TYPE,
            431, ProblemType.HEADERS_TOO_LARGE);

    private final ProblemWriter problems;
    private final RequestIdFilter requestIds;
    private final SecurityHeadersFilter headers;

    FailureHandler(ProblemWriter problems, RequestIdFilter requestIds, SecurityHeadersFilter headers) {
        this.problems = problems;
        this.requestIds = requestIds;
        this.headers = headers;
    }

    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(this::explain);
        BY_STATUS.keySet().forEach(status -> router.errorHandler(status, context -> explain(context, status)));
    }

    private void explain(RoutingContext context) {
        explain(context, context.statusCode());
    }

    private void explain(RoutingContext context, int status) {
        if (context.response().ended()) {
            // The server itself has refused a body that outgrew its limit while it was read.
            return;
        }
        if (!context.response().headers().contains(RequestIdFilter.HEADER)) {
            // Refused ahead of every filter: the host is none, or the target is no path.
            requestIds.begin(context);
            headers.prepare(context);
        }
        BrokerException problem = problem(context, status);
        if (problem.type() == ProblemType.INTERNAL) {
            LOG.errorf(context.failure(), "request %s failed", RequestId.of(context));
        }
        problems.send(context, problem);
    }

    private static BrokerException problem(RoutingContext context, int status) {
        Throwable failure = context.failure();
        if (failure instanceof UnauthorizedException || failure instanceof AuthenticationException) {
            return failure.getCause() instanceof BrokerException known
                    ? known
                    : new BrokerException(ProblemType.UNAUTHENTICATED, "Credentials are needed for this.", failure);
        }
        if (failure instanceof ForbiddenException) {
            return of(ProblemType.FORBIDDEN);
        }
        ProblemType byStatus = BY_STATUS.get(status);
        if (byStatus != null) {
            return of(byStatus);
        }
        if (failure != null) {
            return Diagnosis.of(failure);
        }
        return of(status < 500 ? ProblemType.INVALID_REQUEST : ProblemType.INTERNAL);
    }

    private static BrokerException of(ProblemType type) {
        return new BrokerException(type, type.title() + ".");
    }
}
