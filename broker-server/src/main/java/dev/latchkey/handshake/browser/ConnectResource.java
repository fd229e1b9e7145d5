package dev.latchkey.handshake.browser;

import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.audit.AuditLog;
import dev.latchkey.caller.Caller;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionView;
import dev.latchkey.connection.Connections;
import dev.latchkey.connection.Requester;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.http.PublicUrl;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The two ends of a browser's handshake that belong to the asking app: the link, and the confirmation. */
@Path("/api/v1/connections/{id}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ConnectResource {

    private final Connections connections;
    private final Handshakes handshakes;
    private final BrowserSteps steps;
    private final Confirmations confirmations;
    private final PublicUrl publicUrl;
    private final AuditLog audit;
    private final CurrentCaller caller;

    ConnectResource(
            Connections connections,
            Handshakes handshakes,
            BrowserSteps steps,
            Confirmations confirmations,
            PublicUrl publicUrl,
            AuditLog audit,
            CurrentCaller caller) {
        this.connections = connections;
        this.handshakes = handshakes;
        this.steps = steps;
        this.confirmations = confirmations;
        this.publicUrl = publicUrl;
        this.audit = audit;
        this.caller = caller;
    }

    /** The body of a confirmation. */
    public record ConfirmRequest(@Nullable String handle) {}

    /** A link for one browser; itself a credential until it ends. */
    public record ConnectUrlResponse(String connectUrl, long expiresIn) {}

    /** Makes a link for the browser of the connection's owner. */
    @POST
    @Path("/connect-url")
    @RolesAllowed({Roles.APP, Roles.ADMIN})
    public Response connectUrl(@PathParam("id") String id) {
        Caller who = caller.get();
        Connection connection = asked(id, who);
        if (!connection.status().mayConnect()) {
            throw new BrokerException(ProblemType.CONNECTION_NOT_APPROVED, "The connection is not approved.")
                    .with("connection_status", connection.status().wireName());
        }
        if (!handshakes.partner(connection.partner()).profile().kind().needsBrowser()) {
            throw new BrokerException(ProblemType.WRONG_KIND, "This partner needs no browser.");
        }
        Secret ticket = steps.issue(connection.id(), nameOf(who));
        audit.append(AuditEvent.of(who.actor(), AuditAction.CONNECT_URL_ISSUED)
                .connection(connection.id())
                .partner(connection.partner()));
        String url = publicUrl
                .resolve("/connect/" + ticket.reveal(Purpose.SHOW_ONCE))
                .toString();
        return noStore(Response.ok(new ConnectUrlResponse(url, BrowserSteps.LIFE.toSeconds())));
    }

    /** Ends the browser step: whoever asked for the link brings the handle that its browser came back with. */
    @POST
    @Path("/confirm")
    @RolesAllowed({Roles.APP, Roles.ADMIN})
    public ConnectionView confirm(@PathParam("id") String id, @Nullable ConfirmRequest body) {
        Caller who = caller.get();
        Connection connection = asked(id, who);
        String handle = body == null ? null : body.handle();
        if (handle == null || handle.isEmpty() || handle.length() > 100) {
            throw BrokerException.invalid("/handle", "The handle that the browser came back with is needed.");
        }
        return ConnectionView.of(
                confirmations.confirm(connection.id(), Secret.of(handle), nameOf(who), who.actor()), who);
    }

    /** The connection, for the app that asked for it, or for an admin where an admin did; else unknown. */
    private Connection asked(String id, Caller who) {
        Connection connection = connections.visible(uuid(id), who);
        boolean own = switch (who) {
            case Caller.AppCaller app -> connection.requester().equals(Requester.of(app));
            case Caller.PersonCaller person -> !connection.requester().isApp();
        };
        if (!own) {
            throw BrokerException.notFound();
        }
        return connection;
    }

    private static String nameOf(Caller who) {
        Requester requester = Requester.of(who);
        return (requester.isApp() ? "app:" : "person:") + requester.name();
    }

    private static UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw BrokerException.notFound();
        }
    }

    private static Response noStore(Response.ResponseBuilder response) {
        CacheControl noStore = new CacheControl();
        noStore.setNoStore(true);
        return response.cacheControl(noStore).build();
    }
}
