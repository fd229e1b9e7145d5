package dev.latchkey.webhook;

import dev.latchkey.audit.Actor;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.partner.Partner;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** Where partners call us by themselves; the last segment is what proves that it was we who told them to. */
@Path("/webhooks/{registration}/{name}")
@PermitAll
@RunOnVirtualThread
public class WebhookResource {

    private static final int LONGEST = 64 * 1024;
    private static final String TEXT = "text/plain; charset=utf-8";

    private final WebhookDoor door;
    private final Webhooks webhooks;
    private final CurrentCaller caller;

    WebhookResource(WebhookDoor door, Webhooks webhooks, CurrentCaller caller) {
        this.door = door;
        this.webhooks = webhooks;
        this.caller = caller;
    }

    /** The challenge of a partner that asks by GET. */
    @GET
    @PermitAll
    public Response ask(
            @PathParam("registration") String registration,
            @PathParam("name") String name,
            @Context HttpHeaders headers) {
        Actor stranger = caller.anonymous(Actor.Type.PARTNER);
        Partner partner = door.open(registration, name, stranger);
        return webhooks.challenge(partner, message(headers, new byte[0]), actor(stranger, partner))
                .map(WebhookResource::echo)
                .orElseThrow(() -> BrokerException.invalid("", "There is no challenge."));
    }

    /** An event, or the challenge of a partner that asks by POST. The body is read only for who may come in. */
    @POST
    @PermitAll
    @Consumes(MediaType.WILDCARD)
    public Response receive(
            @PathParam("registration") String registration,
            @PathParam("name") String name,
            @Context HttpHeaders headers,
            InputStream body) {
        Actor stranger = caller.anonymous(Actor.Type.PARTNER);
        Partner partner = door.open(registration, name, stranger);
        Actor actor = actor(stranger, partner);
        Message message = message(headers, read(body));
        Optional<Response> echo = webhooks.challenge(partner, message, actor).map(WebhookResource::echo);
        if (echo.isPresent()) {
            return echo.get();
        }
        webhooks.accept(partner, message, actor);
        return Response.ok().build();
    }

    private static Response echo(Webhooks.Echo echo) {
        return Response.ok("", TEXT)
                .header(echo.name(), echo.value())
                .header("Content-Security-Policy", "default-src 'none'; sandbox")
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    private static Message message(HttpHeaders headers, byte[] body) {
        return new Message(
                name -> Optional.ofNullable(headers.getRequestHeader(name)).orElse(List.of()), body);
    }

    private static byte[] read(InputStream body) {
        try (body) {
            byte[] bytes = body.readNBytes(LONGEST + 1);
            if (bytes.length > LONGEST) {
                throw new BrokerException(ProblemType.PAYLOAD_TOO_LARGE, "The body is larger than 64 KiB.");
            }
            return bytes;
        } catch (IOException e) {
            throw new BrokerException(ProblemType.REQUEST_TIMEOUT, "The body of the request did not arrive.", e);
        }
    }

    private static Actor actor(Actor stranger, Partner partner) {
        return new Actor(stranger.type(), partner.id(), stranger.requestId(), stranger.sourceIp());
    }
}
