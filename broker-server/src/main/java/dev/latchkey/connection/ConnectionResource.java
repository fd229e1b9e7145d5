package dev.latchkey.connection;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.caller.Caller;
import dev.latchkey.caller.Caller.PersonCaller;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/connections}: asking for, seeing and deciding about connections. */
@Path("/api/v1/connections")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ConnectionResource {

    private static final Logger LOG = Logger.getLogger(ConnectionResource.class);
    private static final int PAGE = 100;

    private final ConnectionRequests requests;
    private final Connections connections;
    private final Approvals approvals;
    private final PartnerSide partnerSide;
    private final Partners partners;
    private final CurrentCaller caller;

    ConnectionResource(
            ConnectionRequests requests,
            Connections connections,
            Approvals approvals,
            PartnerSide partnerSide,
            Partners partners,
            CurrentCaller caller) {
        this.requests = requests;
        this.connections = connections;
        this.approvals = approvals;
        this.partnerSide = partnerSide;
        this.partners = partners;
        this.caller = caller;
    }

    /** The body of a request for a connection. */
    public record ConnectionRequest(
            @Nullable String partner,
            @Nullable String owner,
            @Nullable List<@Nullable String> scopes,
            @Nullable List<@Nullable String> methods,
            @Nullable String returnUrl,
            @Nullable String purpose,
            @JsonProperty("import") @Nullable JsonNode brought) {

        @Override
        public String toString() {
            return "ConnectionRequest[" + partner + "]";
        }
    }

    /** The body of an approval; absent members leave what was requested as it is. */
    public record ApprovalRequest(
            @Nullable List<@Nullable String> scopes,
            @Nullable List<@Nullable String> methods,
            @Nullable String expiresAt,
            @Nullable String comment) {

        Approvals.Terms terms() {
            return new Approvals.Terms(
                    Input.texts(scopes, "/scopes"),
                    Input.methods(methods, "/methods"),
                    Input.time(expiresAt, "/expires_at"),
                    Input.optionalText(comment, 1000, "/comment"));
        }
    }

    /** The body of a rejection or revocation. */
    public record CommentRequest(@Nullable String comment) {}

    /** A page of connections, newest first; {@code next} is the {@code after} of the next page. */
    public record ConnectionPage(
            List<ConnectionView> items, @Nullable String next) {}

    /** Asks for a connection. */
    @POST
    @RolesAllowed({Roles.APP, Roles.ADMIN})
    public Response request(@Nullable ConnectionRequest body) {
        Caller who = caller.get();
        ConnectionRequests.Wish wish = wish(body);
        Connection created = wish.brought().isEmpty() ? requests.request(wish, who) : requests.bring(wish, who);
        if (created.status() == ConnectionStatus.APPROVED) {
            created = connected(created, who);
        }
        return Response.status(Response.Status.CREATED)
                .entity(ConnectionView.of(created, who))
                .build();
    }

    /** The connections that the caller may see. */
    @GET
    @RolesAllowed({Roles.APP, Roles.ADMIN, Roles.APPROVER, Roles.AUDITOR})
    public ConnectionPage list(
            @QueryParam("status") @Nullable String status,
            @QueryParam("partner") @Nullable String partner,
            @QueryParam("owner") @Nullable String owner,
            @QueryParam("after") @Nullable String after) {
        Caller who = caller.get();
        ConnectionQuery query = new ConnectionQuery(
                status == null ? Optional.empty() : Optional.of(statusOf(status)),
                partner == null ? Optional.empty() : Optional.of(Input.id(partner, "partner")),
                Input.optionalText(owner, 200, "owner"),
                who instanceof Caller.AppCaller app ? Optional.of(app.id()) : Optional.empty(),
                after == null ? Optional.empty() : Optional.of(cursor(after)));
        List<Connection> found = connections.list(query, PAGE + 1);
        List<Connection> page = found.subList(0, Math.min(PAGE, found.size()));
        String next = found.size() > PAGE ? Long.toString(page.getLast().seq()) : null;
        return new ConnectionPage(
                page.stream().map(each -> ConnectionView.of(each, who)).toList(), next);
    }

    /** One connection. */
    @GET
    @Path("/{id}")
    @RolesAllowed({Roles.APP, Roles.ADMIN, Roles.APPROVER, Roles.AUDITOR})
    public ConnectionView get(@PathParam("id") String id) {
        Caller who = caller.get();
        return ConnectionView.of(connections.visible(ConnectionIds.parse(id), who), who);
    }

    /** Allows a requested connection, possibly less than was asked for. */
    @POST
    @Path("/{id}/approve")
    @RolesAllowed(Roles.APPROVER)
    public ConnectionView approve(@PathParam("id") String id, @Nullable ApprovalRequest body) {
        PersonCaller who = caller.person(Approvals.PERSONS_ONLY);
        ApprovalRequest terms = body == null ? new ApprovalRequest(null, null, null, null) : body;
        Connection approved = approvals.approve(ConnectionIds.parse(id), terms.terms(), who);
        return ConnectionView.of(connected(approved, who), who);
    }

    /** Refuses a requested connection. */
    @POST
    @Path("/{id}/reject")
    @RolesAllowed(Roles.APPROVER)
    public ConnectionView reject(@PathParam("id") String id, @Nullable CommentRequest body) {
        PersonCaller who = caller.person(Approvals.PERSONS_ONLY);
        Connection rejected = approvals.reject(ConnectionIds.parse(id), comment(body), who);
        if (rejected.imported()) {
            partnerSide.dropBrought(rejected.id());
        }
        return ConnectionView.of(rejected, who);
    }

    /** Ends a connection: 200 when the partner has ended it too, 202 while that is still being tried (R103). */
    @POST
    @Path("/{id}/revoke")
    @RolesAllowed(Roles.APPROVER)
    public Response revoke(@PathParam("id") String id, @Nullable CommentRequest body) {
        PersonCaller who = caller.person(Approvals.PERSONS_ONLY);
        comment(body);
        Connection revoked = approvals.revoke(ConnectionIds.parse(id), who);
        boolean done = disconnected(revoked, who);
        return Response.status(done ? Response.Status.OK : Response.Status.ACCEPTED)
                .entity(ConnectionView.of(revoked, who))
                .build();
    }

    /** What was brought along, or needs no browser, is connected at once, where the partner answers in time. */
    private Connection connected(Connection approved, Caller who) {
        boolean browser = partners.find(approved.partner())
                .map(Partner::profile)
                .map(profile -> profile.kind().needsBrowser())
                .orElse(true);
        if (browser && !approved.imported()) {
            return approved;
        }
        partnerSide.connect(approved.id(), who.actor());
        return connections.find(approved.id()).orElse(approved);
    }

    /** The connection has ended whatever happens here; what cannot be cleared up now, the sweep does. */
    private boolean disconnected(Connection revoked, PersonCaller who) {
        try {
            return partnerSide.disconnect(revoked, who.actor());
        } catch (BrokerException e) {
            LOG.infof(e, "connection %s is disconnected in a later run", revoked.id());
            return false;
        }
    }

    private static ConnectionRequests.Wish wish(@Nullable ConnectionRequest body) {
        if (body == null) {
            throw BrokerException.invalid("", "A body is needed.");
        }
        return new ConnectionRequests.Wish(
                Input.id(body.partner(), "/partner"),
                Input.text(body.owner(), 200, "/owner"),
                Input.texts(body.scopes(), "/scopes").orElse(List.of()),
                Input.methods(body.methods(), "/methods").orElse(List.of()),
                Input.optionalUrl(body.returnUrl(), "/return_url"),
                Input.optionalText(body.purpose(), 500, "/purpose"),
                Input.secrets(body.brought(), "/import"));
    }

    private static Optional<String> comment(@Nullable CommentRequest body) {
        return body == null ? Optional.empty() : Input.optionalText(body.comment(), 1000, "/comment");
    }

    private static ConnectionStatus statusOf(String text) {
        return ConnectionStatus.ofWireName(text)
                .orElseThrow(() -> BrokerException.invalid("status", "There is no such status."));
    }

    private static long cursor(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw BrokerException.invalid("after", "Take the value of next from the page before.");
        }
        return Long.parseLong(text);
    }
}
