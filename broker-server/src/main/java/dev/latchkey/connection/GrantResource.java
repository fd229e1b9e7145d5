package dev.latchkey.connection;

import dev.latchkey.caller.Caller.PersonCaller;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which apps may use a connection, and how far. */
@Path("/api/v1/connections/{id}/grants/{app}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RolesAllowed(Roles.APPROVER)
@RunOnVirtualThread
public class GrantResource {

    private final Approvals approvals;
    private final CurrentCaller caller;

    GrantResource(Approvals approvals, CurrentCaller caller) {
        this.approvals = approvals;
        this.caller = caller;
    }

    /** The body of a grant; without {@code scopes} it covers all of the connection's. */
    public record GrantRequest(
            @Nullable List<@Nullable String> scopes,
            @Nullable List<@Nullable String> methods) {}

    /** Lets an app use a connection, or changes how far it may. */
    @PUT
    @RolesAllowed(Roles.APPROVER)
    public ConnectionView setGrant(
            @PathParam("id") String id, @PathParam("app") String app, @Nullable GrantRequest body) {
        GrantRequest wish = body == null ? new GrantRequest(null, null) : body;
        PersonCaller who = caller.person(Approvals.PERSONS_ONLY);
        Connection changed = approvals.setGrant(
                ConnectionIds.parse(id),
                Input.pathId(app),
                Input.texts(wish.scopes(), "/scopes"),
                Input.methods(wish.methods(), "/methods").orElse(List.of()),
                who);
        return ConnectionView.of(changed, who);
    }

    /** Takes the grant back; what was handed out lives on until it expires at the partner. */
    @DELETE
    @RolesAllowed(Roles.APPROVER)
    public void removeGrant(@PathParam("id") String id, @PathParam("app") String app) {
        approvals.removeGrant(ConnectionIds.parse(id), Input.pathId(app), caller.person(Approvals.PERSONS_ONLY));
    }
}
