package dev.latchkey.connection;

import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.problem.BrokerException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/** Which requests of an app need no further decision. */
@Path("/api/v1/partners/{partner}/standing-approvals/{app}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class StandingApprovalResource {

    private final Approvals approvals;
    private final CurrentCaller caller;

    StandingApprovalResource(Approvals approvals, CurrentCaller caller) {
        this.approvals = approvals;
        this.caller = caller;
    }

    /** From now on the app's requests within these scopes and methods are approved at once. */
    @PUT
    @RolesAllowed(Roles.APPROVER)
    public void set(
            @PathParam("partner") String partner,
            @PathParam("app") String app,
            ConnectionResource.@Nullable ApprovalRequest body) {
        if (body == null || body.scopes() == null) {
            throw BrokerException.invalid("/scopes", "The scopes of the rule are needed.");
        }
        approvals.setStandingApproval(
                Input.pathId(partner), Input.pathId(app), body.terms(), caller.person(Approvals.PERSONS_ONLY));
    }

    /** From now on a person decides again. */
    @DELETE
    @RolesAllowed(Roles.APPROVER)
    public void remove(@PathParam("partner") String partner, @PathParam("app") String app) {
        approvals.removeStandingApproval(
                Input.pathId(partner), Input.pathId(app), caller.person(Approvals.PERSONS_ONLY));
    }
}
