package dev.latchkey.audit;

import dev.latchkey.caller.Roles;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;

/** The audit log over HTTP. */
@Path("/api/v1/audit")
@RunOnVirtualThread
@Produces(MediaType.APPLICATION_JSON)
public final class AuditResource {

    private final AuditReader reader;

    AuditResource(AuditReader reader) {
        this.reader = reader;
    }

    /** Newest first; by connection, app, actor and action, each at most once; {@code after} is {@code next} of a page. */
    @GET
    @RolesAllowed(Roles.AUDITOR)
    public AuditPage list(@Context UriInfo uri) {
        return reader.find(AuditFilter.parse(uri.getQueryParameters()));
    }
}
