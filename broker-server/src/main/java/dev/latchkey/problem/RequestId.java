package dev.latchkey.problem;

import io.vertx.ext.web.RoutingContext;
import java.util.UUID;

/** The id that a request carries through log lines, audit rows and problem documents; made by us, never taken over. */
public final class RequestId {

    private static final String KEY = "latchkey.request-id";

    private RequestId() {}

    /** The id of the request, a UUID; made up when first asked for. */
    public static String of(RoutingContext context) {
        String known = context.get(KEY);
        if (known != null) {
            return known;
        }
        String made = UUID.randomUUID().toString();
        context.put(KEY, made);
        return made;
    }
}
