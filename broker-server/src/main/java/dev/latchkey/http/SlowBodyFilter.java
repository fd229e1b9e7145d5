package dev.latchkey.http;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.problem.ProblemWriter;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

/**
 * Gives a body a bounded time to arrive in all (R126): a sender of one byte a second would otherwise hold a connection and
 * a thread for as long as it likes. What the proxy streams has a limit of its own.
 */
@Singleton
final class SlowBodyFilter {

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
        long timer = context.vertx().setTimer(config.bodyTimeout().toMillis(), fired -> end(context));
        context.addEndHandler(ended -> context.vertx().cancelTimer(timer));
    }

    private static boolean mayHaveBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
                || (length != null && !length.equals("0"))
                || request.version() == HttpVersion.HTTP_2;
    }

    private void end(RoutingContext context) {
        if (context.request().isEnded() || context.response().ended()) {
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
