package dev.latchkey.identity;

import dev.latchkey.audit.Actor;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.issuer.IssuerTokens;
import dev.latchkey.caller.issuer.IssuerTokens.Verdict;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.Optional;

/**
 * Where the identity provider pushes its Security Event Tokens (RFC 8935). Open to all by annotation: the signature says
 * who it is, and nothing is done before it has been checked.
 */
@Path("/identity/events")
@Produces(MediaType.APPLICATION_JSON)
@PermitAll
@RunOnVirtualThread
public class IdentityEventResource {

    private static final String TYPE = "secevent+jwt";

    private final IssuerTokens tokens;
    private final IdentityEvents events;
    private final CurrentCaller caller;
    private final Clock clock;

    IdentityEventResource(IssuerTokens tokens, IdentityEvents events, CurrentCaller caller, Clock clock) {
        this.tokens = tokens;
        this.events = events;
        this.caller = caller;
        this.clock = clock;
    }

    /** RFC 8935 section 2.3. */
    public record DeliveryError(String err, String description) {}

    /** Takes one event: 202 when it needs not be sent again (RFC 8935 section 2.2). */
    @POST
    @PermitAll
    @Consumes("application/secevent+jwt")
    public Response receive(String token) {
        Actor sender = caller.anonymous(Actor.Type.SYSTEM);
        return switch (tokens.check(token, TYPE, sender)) {
            case Verdict.Proven(var claims) -> {
                Optional<SecurityEvent> event = SecurityEvent.read(claims, clock.instant());
                event.ifPresent(it -> events.accept(it, provider(sender)));
                yield event.isPresent()
                        ? Response.accepted().build()
                        : refused("invalid_request", "The event is unknown, too old, or not well-formed.");
            }
            case Verdict.Refused(var fault) ->
                switch (fault) {
                    case MALFORMED -> refused("invalid_request", "The body is no security event token.");
                    case ISSUER -> refused("invalid_issuer", "The issuer is not the one that is configured.");
                    case AUDIENCE -> refused("invalid_audience", "The event is meant for somebody else.");
                    case KEY -> refused("invalid_key", "No key of the issuer made the signature.");
                };
        };
    }

    private Actor provider(Actor sender) {
        return new Actor(sender.type(), tokens.issuer().orElse(sender.id()), sender.requestId(), sender.sourceIp());
    }

    /** RFC 8935 section 2.4 has the codes. */
    private static Response refused(String code, String description) {
        return Response.status(Response.Status.BAD_REQUEST)
                .header("Content-Language", "en")
                .header("Cache-Control", "no-store")
                .entity(new DeliveryError(code, description))
                .build();
    }
}
