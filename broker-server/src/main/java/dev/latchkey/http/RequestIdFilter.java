package dev.latchkey.http;

import dev.latchkey.problem.RequestId;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.jboss.logging.MDC;

/** Gives each request an id of ours, in the answer and in every log line; one that a caller sends is not looked at. */
@Singleton
final class RequestIdFilter {

    static final String HEADER = "X-Request-Id";
    private static final String LOG_FIELD = "request_id";

    void begin(RoutingContext context) {
        String id = RequestId.of(context);
        context.response().putHeader(HEADER, id);
        MDC.put(LOG_FIELD, id);
        context.addEndHandler(ended -> MDC.remove(LOG_FIELD));
    }
}
