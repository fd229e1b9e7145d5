package dev.latchkey.partner.registration;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.HandshakeKind;
import dev.latchkey.http.PublicUrl;
import dev.latchkey.partner.registration.Registrations.Saved;
import dev.latchkey.partner.registration.Registrations.Wanted;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Purpose;
import dev.latchkey.vault.SecretFields;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/partners}: our registrations at partners. Credentials go in and never come out (R155). */
@Path("/api/v1/partners")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class PartnerResource {

    private static final int PAGE = 100;

    private final Registrations registrations;
    private final PartnerRows rows;
    private final Profiles profiles;
    private final WebhookAddresses webhooks;
    private final PublicUrl publicUrl;
    private final CurrentCaller caller;

    PartnerResource(
            Registrations registrations,
            PartnerRows rows,
            Profiles profiles,
            WebhookAddresses webhooks,
            PublicUrl publicUrl,
            CurrentCaller caller) {
        this.registrations = registrations;
        this.rows = rows;
        this.profiles = profiles;
        this.webhooks = webhooks;
        this.publicUrl = publicUrl;
        this.caller = caller;
    }

    /** The body of a new registration. Prints without credentials. */
    public record NewPartnerRequest(
            @Nullable String id,
            @Nullable String catalog,
            @Nullable String name,
            @Nullable JsonNode credentials,
            @Nullable JsonNode settings) {

        @Override
        public String toString() {
            return "NewPartnerRequest[]";
        }
    }

    /** The body of a change: what is left out is as if it had never been given, credentials excepted. */
    public record PartnerRequest(
            @Nullable String catalog,
            @Nullable String name,
            @Nullable JsonNode credentials,
            @Nullable JsonNode settings) {

        @Override
        public String toString() {
            return "PartnerRequest[]";
        }

        private Wanted wanted() {
            return new Wanted(
                    PartnerInput.catalog(catalog),
                    PartnerInput.name(name),
                    PartnerInput.object(credentials, "/credentials"),
                    PartnerInput.object(settings, "/settings"));
        }
    }

    /**
     * A registration. What the partner has to be told: {@code redirect_uri} where browsers come back, {@code
     * connection_url} where the partner calls us, {@code webhook_url} where it sends its events, and the {@code credentials}
     * that we have made up, shown this once.
     */
    public record PartnerAnswer(
            String id,
            String catalog,
            String name,
            Optional<URI> redirectUri,
            Optional<URI> connectionUrl,
            Optional<Map<String, String>> credentials,
            Optional<URI> webhookUrl,
            JsonNode settings,
            Map<String, String> fingerprints,
            boolean misconfigured,
            Instant createdAt,
            Optional<List<String>> warnings) {}

    /** A page of registrations, newest first; {@code next} is the {@code after} of the next page. */
    public record PartnerPage(List<PartnerAnswer> items, Optional<String> next) {}

    /** Registers our client at a partner. */
    @POST
    @RolesAllowed(Roles.ADMIN)
    public Response create(@Nullable NewPartnerRequest body) {
        NewPartnerRequest given = PartnerInput.body(body);
        String id = PartnerInput.id(given.id());
        Wanted wanted =
                new PartnerRequest(given.catalog(), given.name(), given.credentials(), given.settings()).wanted();
        Saved saved = registrations.create(id, wanted, caller.get().actor());
        return Response.created(publicUrl.resolve("/api/v1/partners/" + id))
                .entity(answer(saved))
                .build();
    }

    /** The registrations. */
    @GET
    @RolesAllowed(Roles.ADMIN)
    public PartnerPage list(@QueryParam("after") @Nullable String after) {
        PageCursor cursor = after == null ? PageCursor.BEGIN : PageCursor.parse(after);
        List<Registration> found = rows.page(cursor, PAGE + 1);
        List<Registration> page = found.subList(0, Math.min(PAGE, found.size()));
        Optional<String> next =
                found.size() > PAGE ? Optional.of(PageCursor.of(page.getLast()).text()) : Optional.empty();
        return new PartnerPage(page.stream().map(it -> answer(it)).toList(), next);
    }

    /** One registration. */
    @GET
    @Path("/{id}")
    @RolesAllowed(Roles.ADMIN)
    public PartnerAnswer get(@PathParam("id") String id) {
        return rows.read(PartnerInput.known(id)).map(this::answer).orElseThrow(BrokerException::notFound);
    }

    /** Changes a registration; credentials that are left out stay. */
    @PUT
    @Path("/{id}")
    @RolesAllowed(Roles.ADMIN)
    public PartnerAnswer replace(@PathParam("id") String id, @Nullable PartnerRequest body) {
        Wanted wanted = PartnerInput.body(body).wanted();
        Saved saved = registrations.replace(
                PartnerInput.known(id), wanted, caller.get().actor());
        return answer(saved);
    }

    /** Removes a registration and its credentials. */
    @DELETE
    @Path("/{id}")
    @RolesAllowed(Roles.ADMIN)
    public void delete(@PathParam("id") String id) {
        registrations.remove(PartnerInput.known(id), caller.get().actor());
    }

    private PartnerAnswer answer(Registration registration) {
        return answer(new Saved(registration, new SecretFields(Map.of()), List.of()));
    }

    private PartnerAnswer answer(Saved saved) {
        Registration registration = saved.registration();
        Optional<HandshakeKind> kind = profiles.row(registration.catalog()).map(CatalogEntry::kind);
        return new PartnerAnswer(
                registration.id(),
                registration.catalog(),
                registration.name(),
                kind.filter(HandshakeKind::needsBrowser).map(it -> ours("/callback/", registration)),
                kind.filter(HandshakeKind::partnerCalls).map(it -> ours("/connection-url/", registration)),
                shownOnce(saved.madeUp()),
                webhooks.of(registration),
                registration.settings(),
                new TreeMap<>(registration.fingerprints()),
                registration.misconfigured(),
                registration.createdAt(),
                saved.warnings().isEmpty() ? Optional.empty() : Optional.of(saved.warnings()));
    }

    private URI ours(String folder, Registration registration) {
        return publicUrl.resolve(folder + registration.id());
    }

    private static Optional<Map<String, String>> shownOnce(SecretFields madeUp) {
        Map<String, String> shown = new TreeMap<>();
        madeUp.values().forEach((name, value) -> shown.put(name, value.reveal(Purpose.SHOW_ONCE)));
        return shown.isEmpty() ? Optional.empty() : Optional.of(shown);
    }
}
