package dev.latchkey.http;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.problem.ProblemWriter;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Gives a body a bounded time to arrive in all (R126): a sender of one byte a second would otherwise hold a connection and
 * a thread for as long as it likes. What the proxy streams has a limit of its own.
 */
@Singleton
final class SlowBodyFilter {

    /** For bytes that lie at this process already: it may have stood still, or read nothing yet. */
    private static final Duration MOMENT = Duration.ofMillis(250);

    private final ProblemWriter problems;
    private final HttpConfig config;

    SlowBodyFilter(ProblemWriter problems, HttpConfig config) {
        this.problems = problems;
        this.config = config;
    }

    void watch(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!mayHaveBody(request) || SizeFilter.isProxied(context)) {
            return;
        }
        long timer = context.vertx().setTimer(config.bodyTimeout().toMillis(), fired -> lookAgain(context));
        context.addEndHandler(ended -> context.vertx().cancelTimer(timer));
    }

    /** The time is over, and still may be ours: after a pause of this process it is told so before it is given the body. */
    private void lookAgain(RoutingContext context) {
        if (!isOver(context)) {
            context.vertx().setTimer(MOMENT.toMillis(), fired -> end(context));
        }
    }

    private static boolean isOver(RoutingContext context) {
        return context.request().isEnded() || context.response().ended();
    }

    private static boolean mayHaveBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
                || (length != null && !length.equals("0"))
                || request.version() == HttpVersion.HTTP_2;
    }

    private void end(RoutingContext context) {
        if (isOver(context)) {
            return;
        }
        if (!context.response().headWritten()) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        problems.send(
                context, new BrokerException(ProblemType.REQUEST_TIMEOUT, "The body of the request took too long."));
        context.request().connection().close();
    }
}
