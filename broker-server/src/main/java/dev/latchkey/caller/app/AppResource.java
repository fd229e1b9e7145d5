package dev.latchkey.caller.app;

import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/apps}: the register of apps, for admins. */
@Path("/api/v1/apps")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@RolesAllowed(Roles.ADMIN)
public class AppResource {

    private static final int PAGE = 100;

    private final AppRegistry registry;
    private final AppDraftCheck check;
    private final CurrentCaller caller;

    AppResource(AppRegistry registry, AppDraftCheck check, CurrentCaller caller) {
        this.registry = registry;
        this.check = check;
        this.caller = caller;
    }

    /** The body that registers an app. */
    public record NewApp(
            @Nullable String id,
            @Nullable String name,
            @Nullable List<@Nullable String> returnUrls,
            @Nullable String eventsUrl) {}

    /** The body that changes an app: all of it but its id. */
    public record ChangedApp(
            @Nullable String name,
            @Nullable List<@Nullable String> returnUrls,
            @Nullable String eventsUrl) {}

    /** An app's secrets, shown this once. */
    public record IssuedSecrets(
            String id, @Nullable String secret, @Nullable String eventsSecret) {}

    /** A new secret; {@code expires_in} is how long the old one stays valid, in seconds. */
    public record RotatedSecret(String id, String secret, long expiresIn) {}

    /** An app as its admins see it; no secret of it is ever read back. */
    public record AppView(
            String id,
            String name,
            List<String> returnUrls,
            @Nullable URI eventsUrl,
            Instant createdAt,
            String createdBy,
            @Nullable String eventsSecret) {

        static AppView of(RegisteredApp registered, Optional<Secret> newEventsSecret) {
            App app = registered.app();
            return new AppView(
                    app.id(),
                    app.name(),
                    app.returnUrls(),
                    app.eventsUrl().orElse(null),
                    registered.createdAt(),
                    registered.createdBy(),
                    newEventsSecret.map(it -> it.reveal(Purpose.SHOW_ONCE)).orElse(null));
        }
    }

    /** A page of apps, newest first; {@code next} is the {@code after} of the next page. */
    public record AppPage(List<AppView> items, @Nullable String next) {}

    /** Registers an app. */
    @POST
    @RolesAllowed(Roles.ADMIN)
    public Response create(@Nullable NewApp body) {
        NewApp given = AppDraftCheck.present(body);
        String id = check.newId(given.id());
        AppDraft draft = check.draft(given.name(), given.returnUrls(), given.eventsUrl());
        AppRegistry.Issued issued = registry.create(id, draft, caller.get().actor());
        IssuedSecrets answer = new IssuedSecrets(
                id,
                issued.secret().reveal(Purpose.SHOW_ONCE),
                issued.events().map(it -> it.reveal(Purpose.SHOW_ONCE)).orElse(null));
        return Response.status(Response.Status.CREATED).entity(answer).build();
    }

    /** The apps, newest first. */
    @GET
    @RolesAllowed(Roles.ADMIN)
    public AppPage list(@QueryParam("after") @Nullable String after) {
        List<RegisteredApp> found = registry.page(Optional.ofNullable(after).map(AppCursor::parse), PAGE + 1);
        List<RegisteredApp> page = found.subList(0, Math.min(PAGE, found.size()));
        String next = found.size() > PAGE
                ? new AppCursor(page.getLast().createdAt(), page.getLast().app().id()).text()
                : null;
        return new AppPage(
                page.stream().map(each -> AppView.of(each, Optional.empty())).toList(), next);
    }

    /** One app. */
    @GET
    @Path("/{id}")
    @RolesAllowed(Roles.ADMIN)
    public AppView get(@PathParam("id") String id) {
        return AppView.of(registry.get(known(id)), Optional.empty());
    }

    /** Changes an app; a first events URL brings an events secret, shown this once. */
    @PUT
    @Path("/{id}")
    @RolesAllowed(Roles.ADMIN)
    public AppView change(@PathParam("id") String id, @Nullable ChangedApp body) {
        ChangedApp given = AppDraftCheck.present(body);
        AppDraft draft = check.draft(given.name(), given.returnUrls(), given.eventsUrl());
        Optional<Secret> events = registry.change(known(id), draft, caller.get().actor());
        return AppView.of(registry.get(id), events);
    }

    /** Removes an app that nothing rests on. */
    @DELETE
    @Path("/{id}")
    @RolesAllowed(Roles.ADMIN)
    public void delete(@PathParam("id") String id) {
        registry.delete(known(id), caller.get().actor());
    }

    /** Rotates an app's secret. */
    @POST
    @Path("/{id}/secret")
    @Consumes(MediaType.WILDCARD)
    @RolesAllowed(Roles.ADMIN)
    public RotatedSecret rotate(@PathParam("id") String id) {
        Secret secret = registry.rotate(known(id), caller.get().actor());
        return new RotatedSecret(
                id,
                secret.reveal(Purpose.SHOW_ONCE),
                registry.oldSecretLifetime().toSeconds());
    }

    private static String known(String id) {
        if (!AppIds.isWellFormed(id)) {
            throw BrokerException.notFound();
        }
        return id;
    }
}
