package dev.latchkey.problem;

import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.security.AuthenticationCompletionException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns everything that leaves a resource as an exception into a problem of the catalogue. */
final class ProblemMapper {

    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    private static final Map<Integer, ProblemType> BY_STATUS = Map.of(
            401, ProblemType.UNAUTHENTICATED,
            403, ProblemType.FORBIDDEN,
            404, ProblemType.NOT_FOUND,
            405, ProblemType.METHOD_NOT_ALLOWED,
            406, ProblemType.NOT_ACCEPTABLE,
            413, ProblemType.PAYLOAD_TOO_LARGE,
            414, ProblemType.URI_TOO_LONG,
            415, ProblemType.UNSUPPORTED_MEDIA_TYPE,
            431, ProblemType.HEADERS_TOO_LARGE);

    private final ProblemWriter writer;

    ProblemMapper(ProblemWriter writer) {
        this.writer = writer;
    }

    /** The classes named beside {@link Throwable} have mappers in the framework, which these take the place of. */
    @ServerExceptionMapper({
        Throwable.class,
        WebApplicationException.class,
        NotFoundException.class,
        MismatchedInputException.class,
        AuthenticationFailedException.class,
        AuthenticationCompletionException.class,
        UnauthorizedException.class,
        ForbiddenException.class
    })
    Response toResponse(Throwable thrown, RoutingContext context) {
        if (thrown instanceof WebApplicationException web && web.getResponse().getStatus() < 400) {
            return web.getResponse();
        }
        BrokerException problem = problem(thrown);
        if (context.response().ended()) {
            LOG.debugf("request %s was answered while its body was read", RequestId.of(context));
        } else if (problem.type() == ProblemType.INTERNAL) {
            LOG.errorf(thrown, "request %s failed", RequestId.of(context));
        } else {
            LOG.debugf("request %s: %s", RequestId.of(context), problem.type());
        }
        ProblemAnswer answer = writer.answer(context, problem);
        Response.ResponseBuilder response = Response.status(answer.status()).entity(answer.body());
        answer.headers().forEach((name, values) -> values.forEach(value -> response.header(name, value)));
        return response.build();
    }

    private static BrokerException problem(Throwable thrown) {
        return switch (thrown) {
            case WebApplicationException web -> ofStatus(web);
            case MismatchedInputException json -> Diagnosis.ofBody(json).orElseGet(() -> Diagnosis.of(json));
            case UnauthorizedException none ->
                new BrokerException(ProblemType.UNAUTHENTICATED, "Credentials are needed for this.", none);
            case ForbiddenException denied ->
                new BrokerException(ProblemType.FORBIDDEN, "The caller lacks the role for this.", denied);
            case AuthenticationFailedException failed ->
                cause(failed, ProblemType.UNAUTHENTICATED, "The credentials are not valid.");
            case AuthenticationCompletionException failed ->
                cause(failed, ProblemType.UNAUTHENTICATED, "The credentials are not valid.");
            default -> Diagnosis.of(thrown);
        };
    }

    private static BrokerException cause(Throwable thrown, ProblemType otherwise, String detail) {
        return thrown.getCause() instanceof BrokerException problem
                ? problem
                : new BrokerException(otherwise, detail, thrown);
    }

    private static BrokerException ofStatus(WebApplicationException web) {
        int status = web.getResponse().getStatus();
        if (status >= 500) {
            return Diagnosis.of(web);
        }
        // A parameter that cannot be converted arrives as 404 with a cause (Jakarta REST section 3.2).
        if (status == 400 || (status == 404 && web.getCause() != null)) {
            return Diagnosis.ofBody(web)
                    .orElseGet(() -> new BrokerException(
                            ProblemType.INVALID_REQUEST, "The body or a parameter cannot be read.", web));
        }
        ProblemType type = BY_STATUS.getOrDefault(status, ProblemType.INVALID_REQUEST);
        return new BrokerException(type, type.title() + ".", web);
    }
}
