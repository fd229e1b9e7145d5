package dev.latchkey.event;

import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.event.DeadEvents.DeadEvent;
import dev.latchkey.problem.BrokerException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/events/dead}: events that an app did not take for 24 hours, for admins. */
@Path("/api/v1/events/dead")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class DeadEventResource {

    private static final int PAGE = 100;
    private static final String APP = "[a-z0-9][a-z0-9-]{0,63}";
    private static final String CURSOR = "[0-9]{1,18}";

    private final DeadEvents events;
    private final DeadEventReplay replay;
    private final CurrentCaller caller;

    DeadEventResource(DeadEvents events, DeadEventReplay replay, CurrentCaller caller) {
        this.events = events;
        this.replay = replay;
        this.caller = caller;
    }

    /** A dead event, without its payload; {@code id} is the {@code webhook-id} of its attempts. */
    public record DeadEventAnswer(
            UUID id,
            String type,
            String app,
            String partner,
            Optional<UUID> connection,
            int attempts,
            Optional<String> lastFailure,
            Instant createdAt) {

        static DeadEventAnswer of(DeadEvent event) {
            return new DeadEventAnswer(
                    event.id(),
                    event.type(),
                    event.app(),
                    event.partner(),
                    event.connection(),
                    event.attempts(),
                    event.lastFailure(),
                    event.createdAt());
        }
    }

    /** A page, newest first; {@code next} is the {@code after} of the next page. */
    public record DeadEventPage(List<DeadEventAnswer> items, Optional<String> next) {}

    /** The dead events, of one app or of all. */
    @GET
    @RolesAllowed(Roles.ADMIN)
    public DeadEventPage list(@QueryParam("app") @Nullable String app, @QueryParam("after") @Nullable String after) {
        if (app != null && !app.matches(APP)) {
            throw BrokerException.invalid("app", "An id matches " + APP + ".");
        }
        if (after != null && !after.matches(CURSOR)) {
            throw BrokerException.invalid("after", "The value must be the 'next' of a page.");
        }
        long before = after == null ? Long.MAX_VALUE : Long.parseLong(after);
        List<DeadEvent> found = events.page(Optional.ofNullable(app), before, PAGE + 1);
        List<DeadEvent> page = found.subList(0, Math.min(PAGE, found.size()));
        Optional<String> next =
                found.size() > PAGE ? Optional.of(Long.toString(page.getLast().seq())) : Optional.empty();
        return new DeadEventPage(page.stream().map(DeadEventAnswer::of).toList(), next);
    }

    /** Has the event tried for another 24 hours, with the id that it always had. */
    @POST
    @Path("/{event}/replay")
    @RolesAllowed(Roles.ADMIN)
    public void replay(@PathParam("event") String event) {
        replay.replay(uuid(event), caller.get().actor());
    }

    /** Forgets the event. */
    @DELETE
    @Path("/{event}")
    @RolesAllowed(Roles.ADMIN)
    public void discard(@PathParam("event") String event) {
        replay.discard(uuid(event), caller.get().actor());
    }

    private static UUID uuid(String text) {
        try {
            UUID parsed = UUID.fromString(text);
            // a shortened spelling would be a second name of the same event
            if (parsed.toString().equals(text)) {
                return parsed;
            }
        } catch (IllegalArgumentException e) {
            throw BrokerException.notFound();
        }
        throw BrokerException.notFound();
    }
}
