package dev.latchkey.handshake.connectionurl;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.audit.Actor;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The ConnectionURL of a registration: a partner's back end brings our one-time code and gets our access code. */
@Path("/connection-url/{registration}")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@PermitAll
@RunOnVirtualThread
public class ConnectionUrlResource {

    private final PartnerDoor door;
    private final PartnerCalls calls;
    private final CurrentCaller caller;

    ConnectionUrlResource(PartnerDoor door, PartnerCalls calls, CurrentCaller caller) {
        this.door = door;
        this.calls = calls;
        this.caller = caller;
    }

    /** What the partner sends. A member of another type than text is as good as none. Prints nothing of it. */
    public record ConnectionUrlRequest(
            @Nullable JsonNode clientId,
            @Nullable JsonNode clientSecret,
            @Nullable JsonNode code) {

        @Override
        public String toString() {
            return "ConnectionUrlRequest[]";
        }
    }

    /** What the partner gets. */
    public record ConnectionUrlResponse(String accessCode) {}

    /** Answers the access code: {@code invalid_client} before anything else, then {@code invalid_code}. */
    @POST
    @PermitAll
    public Response call(@PathParam("registration") String registration, @Nullable ConnectionUrlRequest body) {
        ConnectionUrlRequest given = body == null ? new ConnectionUrlRequest(null, null, null) : body;
        Actor partner = door.admit(
                registration,
                text(given.clientId()),
                text(given.clientSecret()),
                caller.anonymous(Actor.Type.ANONYMOUS));
        Secret accessCode = calls.accessCode(registration, text(given.code()), partner);
        return Response.ok(new ConnectionUrlResponse(accessCode.reveal(Purpose.SEND_TO_PARTNER)))
                .header("Cache-Control", "no-store")
                .build();
    }

    private static Optional<Secret> text(@Nullable JsonNode member) {
        return Optional.ofNullable(member)
                .map(JsonNode::textValue)
                .filter(value -> !value.isEmpty())
                .map(Secret::of);
    }
}
