package dev.latchkey.signing;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.caller.Caller.AppCaller;
import java.net.URI;
import java.util.Set;
import java.util.UUID;

/**
 * What an app wants to do through a connection.
 *
 * @param connection the connection's id
 * @param app the app
 * @param action signing or proxying
 * @param method the HTTP method
 * @param target where to
 * @param methods what a grant that names methods must name
 * @param openByDefault whether a grant that names none allows all
 * @param again whether the same request goes out a second time, after a refusal
 */
record Use(
        UUID connection,
        AppCaller app,
        AuditAction action,
        String method,
        URI target,
        Set<String> methods,
        boolean openByDefault,
        boolean again) {

    /** The same use, a second time. */
    Use repeated() {
        return new Use(connection, app, action, method, target, methods, openByDefault, true);
    }

    /** What is written down: never a query, a header field or a body, which may hold anything. */
    AuditEvent event() {
        AuditEvent event = AuditEvent.of(app.actor(), action)
                .app(app.id())
                .detail("method", method)
                .detail("host", target.getRawAuthority())
                .detail("path", target.getRawPath());
        if (!methods.equals(Set.of(method))) {
            event = event.detail(
                    "methods", String.join(" ", methods.stream().sorted().toList()));
        }
        return again ? event.detail("again", true) : event;
    }
}
