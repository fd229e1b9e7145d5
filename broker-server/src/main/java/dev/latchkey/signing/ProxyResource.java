package dev.latchkey.signing;

import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.connection.ConnectionIds;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.outbound.Upload;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code /api/v1/connections/{id}/proxy/{path}}: an app's request, sent to the partner with the connection's credential. */
@Path("/api/v1/connections/{id}/proxy")
@Consumes(MediaType.WILDCARD)
@RunOnVirtualThread
public class ProxyResource {

    private static final String BELOW = "/{path: .*}";
    private static final String SUMMARY = "Sends the request to the partner with the connection's credential";
    private static final Duration CUT_PATIENCE = Duration.ofSeconds(5);
    private static final Duration CUT_PAUSE = Duration.ofMillis(2);
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final ProxyDesk desk;
    private final CurrentCaller caller;
    private final OutboundConfig config;
    private final RoutingContext context;

    ProxyResource(ProxyDesk desk, CurrentCaller caller, OutboundConfig config, RoutingContext context) {
        this.desk = desk;
        this.caller = caller;
        this.config = config;
        this.context = context;
    }

    /** GET. */
    @GET
    @Path(BELOW)
    @RolesAllowed(Roles.APP)
    @Operation(summary = SUMMARY)
    public Response get(@PathParam("id") String id, @PathParam("path") String path) {
        return proxied(id, requireNoBody());
    }

    /** HEAD. */
    @HEAD
    @Path(BELOW)
    @RolesAllowed(Roles.APP)
    @Operation(summary = SUMMARY)
    public Response head(@PathParam("id") String id, @PathParam("path") String path) {
        return proxied(id, requireNoBody());
    }

    /** OPTIONS. */
    @OPTIONS
    @Path(BELOW)
    @RolesAllowed(Roles.APP)
    @Operation(summary = SUMMARY)
    public Response options(@PathParam("id") String id, @PathParam("path") String path) {
        return proxied(id, requireNoBody());
    }

    /** POST. */
    @POST
    @Path(BELOW)
    @RolesAllowed(Roles.APP)
    @Operation(summary = SUMMARY)
    public Response post(@PathParam("id") String id, @PathParam("path") String path, InputStream body) {
        return proxied(id, body);
    }

    /** PUT. */
    @PUT
    @Path(BELOW)
    @RolesAllowed(Roles.APP)
    @Operation(summary = SUMMARY)
    public Response put(@PathParam("id") String id, @PathParam("path") String path, InputStream body) {
        return proxied(id, body);
    }

    /** PATCH. */
    @PATCH
    @Path(BELOW)
    @RolesAllowed(Roles.APP)
    @Operation(summary = SUMMARY)
    public Response patch(@PathParam("id") String id, @PathParam("path") String path, InputStream body) {
        return proxied(id, body);
    }

    /** DELETE. */
    @DELETE
    @Path(BELOW)
    @RolesAllowed(Roles.APP)
    @Operation(summary = SUMMARY)
    public Response delete(@PathParam("id") String id, @PathParam("path") String path, InputStream body) {
        return proxied(id, body);
    }

    /** RFC 9110 section 9.3.1: a body of these methods means nothing, and servers disagree on where it ends. */
    private InputStream requireNoBody() {
        String length = context.request().getHeader("Content-Length");
        if ((length != null && !length.equals("0")) || context.request().getHeader("Transfer-Encoding") != null) {
            throw new BrokerException(ProblemType.INVALID_REQUEST, "This method is proxied without a body.");
        }
        return InputStream.nullInputStream();
    }

    private Response proxied(String connection, InputStream body) {
        UUID id = ConnectionIds.parse(connection);
        HttpServerRequest request = context.request();
        try {
            return response(
                    desk.proxy(id, asked(connection, request, body), caller.app("Only an app calls a partner.")),
                    request);
        } catch (BrokerException e) {
            if (!request.isEnded()) {
                // nobody reads the rest of the body: the connection cannot carry another request
                context.response().putHeader("Connection", "close");
                context.response().endHandler(ended -> request.connection().close());
            }
            throw e;
        }
    }

    /** Path and query are taken as they came over the wire: nobody's reading of them comes in between. */
    private static AppRequest asked(String connection, HttpServerRequest request, InputStream body) {
        String path = Objects.requireNonNull(request.path());
        String below = path.substring(path.indexOf(connection) + connection.length() + "/proxy".length());
        Map<String, List<String>> headers = new LinkedHashMap<>();
        request.headers()
                .forEach(field -> headers.computeIfAbsent(field.getKey(), name -> new ArrayList<>())
                        .add(field.getValue()));
        return new AppRequest(
                request.method().name(),
                below.startsWith("/") ? below.substring(1) : below,
                Optional.ofNullable(request.query()),
                headers,
                body(request, body));
    }

    private static Upload body(HttpServerRequest request, InputStream body) {
        String length = request.getHeader("Content-Length");
        if (length != null) {
            return AppRequest.bounded(body, OptionalLong.of(Long.parseLong(length))); // bounded at the front door
        }
        boolean chunked = request.getHeader("Transfer-Encoding") != null;
        return chunked ? AppRequest.bounded(body, OptionalLong.empty()) : Upload.of(new byte[0]);
    }

    private Response response(ProxyAnswer answer, HttpServerRequest request) {
        Response.ResponseBuilder response = Response.status(answer.status()).header("Cache-Control", "no-store");
        answer.headers().forEach((name, values) -> values.forEach(value -> response.header(name, value)));
        answer.length().ifPresent(length -> response.header("Content-Length", length));
        boolean bodiless = answer.status() == NO_CONTENT || answer.status() == NOT_MODIFIED;
        if (bodiless
                || request.method().equals(HttpMethod.HEAD)
                || answer.length().equals(OptionalLong.of(0))) {
            answer.close();
            return response.build();
        }
        return response.entity((StreamingOutput) out -> stream(answer, out, request))
                .build();
    }

    /** Whatever ends it early cuts the app's connection: an answer that was begun cannot become a problem any more. */
    private void stream(ProxyAnswer answer, OutputStream out, HttpServerRequest request) {
        Vertx vertx = context.vertx();
        // an app that does not read would hold this thread longer than the partner's connection lives
        long limit = vertx.setTimer(
                config.streamLimit().toMillis(), late -> request.connection().close());
        try (answer) {
            answer.copyTo(out, () -> request.response().closed());
        } catch (IOException | RuntimeException e) {
            if (request.response().headWritten()) {
                cut(request);
            }
            throw new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner's answer broke off.", e);
        } finally {
            vertx.cancelTimer(limit);
        }
    }

    /** Waits for the end of it: the framework would else complete the answer with a problem, as if all of it had come. */
    private static void cut(HttpServerRequest request) {
        request.connection().close();
        long end = System.nanoTime() + CUT_PATIENCE.toNanos();
        try {
            while (!request.response().closed() && System.nanoTime() - end < 0) {
                Thread.sleep(CUT_PAUSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
