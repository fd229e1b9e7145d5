package dev.latchkey.partner.registration;

import dev.latchkey.audit.Actor;
import dev.latchkey.audit.AuditAction;
import dev.latchkey.audit.AuditEvent;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;

/** Replaces a webhook URL that became known to somebody who should not know it. */
@Path("/api/v1/partners/{id}/webhook-url")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class WebhookUrlResource {

    private final PartnerChanges changes;
    private final WebhookAddresses addresses;
    private final CurrentCaller caller;

    WebhookUrlResource(PartnerChanges changes, WebhookAddresses addresses, CurrentCaller caller) {
        this.changes = changes;
        this.addresses = addresses;
        this.caller = caller;
    }

    /** The new URL, to be given to the partner. */
    public record WebhookUrlAnswer(URI webhookUrl) {}

    /** Makes a new URL; the old one answers {@code not_found} from now on. */
    @POST
    @RolesAllowed(Roles.ADMIN)
    public WebhookUrlAnswer renew(@PathParam("id") String id) {
        Actor actor = caller.get().actor();
        if (addresses.of(changes.current(PartnerInput.known(id)).registration()).isEmpty()) {
            throw new BrokerException(ProblemType.WRONG_KIND, "This partner sends no webhooks.");
        }
        AuditEvent event = AuditEvent.of(actor, AuditAction.WEBHOOK_URL_RENEWED).partner(id);
        return new WebhookUrlAnswer(
                addresses.of(changes.renewWebhookUrl(id, event)).orElseThrow(BrokerException::notFound));
    }
}
