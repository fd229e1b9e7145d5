package dev.latchkey.handshake.browser;

import dev.latchkey.audit.Actor;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.connection.Connection;
import dev.latchkey.handshake.Callback;
import dev.latchkey.handshake.Handshakes;
import dev.latchkey.http.PublicUrl;
import dev.latchkey.problem.HtmlPage;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** The paths that a user's browser sees: the link, and the way back from the partner. Redirects are 303 (R81). */
@Path("/")
@PermitAll
@RunOnVirtualThread
public class BrowserResource {

    private final HandshakeEngine engine;
    private final FlowCookie cookie;
    private final CurrentCaller caller;

    BrowserResource(HandshakeEngine engine, PublicUrl publicUrl, CurrentCaller caller) {
        this.engine = engine;
        this.cookie = new FlowCookie(publicUrl.isHttps());
        this.caller = caller;
    }

    /** Opens a one-time link and goes straight to the partner. */
    @GET
    @Path("/connect/{ticket}")
    @PermitAll
    public Response connect(@PathParam("ticket") String ticket, @Context HttpHeaders headers) {
        if (!ticket.matches("[A-Za-z0-9_-]{43}")) {
            throw Handshakes.stateInvalid();
        }
        HandshakeEngine.Departure departure = engine.depart(Secret.of(ticket), jar(headers), browser());
        Response.ResponseBuilder response = redirect(departure.location());
        departure
                .cookie()
                .ifPresent(value -> response.header(HttpHeaders.SET_COOKIE, cookie.set(departure.ticket(), value)));
        return response.build();
    }

    /** The redirect URI of a registration. */
    @GET
    @Path("/callback/{registration}")
    @PermitAll
    public Response callback(
            @PathParam("registration") String registration, @Context UriInfo uri, @Context HttpHeaders headers) {
        Callback callback = Callback.of(uri.getQueryParameters());
        HandshakeEngine.Arrival arrival = engine.arrive(registration, callback, jar(headers), browser());
        Response.ResponseBuilder response = switch (arrival) {
            case HandshakeEngine.Arrival.AwaitsConfirmation waits -> confirm(waits);
            case HandshakeEngine.Arrival.Denied denied -> denied(denied);
        };
        return response.header(HttpHeaders.SET_COOKIE, cookie.clear(arrival.ticket()))
                .build();
    }

    private Response.ResponseBuilder confirm(HandshakeEngine.Arrival.AwaitsConfirmation waits) {
        String handle = waits.handle().reveal(Purpose.SHOW_ONCE);
        return waits.connection()
                .returnUrl()
                .map(url -> redirect(withQuery(url, waits.connection(), "handle", handle)))
                .orElseGet(() -> page(HtmlPage.titled("Almost done")
                        .paragraph("Give this handle to whoever sent you here. It works once, for ten minutes.")
                        .code(handle)));
    }

    private Response.ResponseBuilder denied(HandshakeEngine.Arrival.Denied denied) {
        return denied.connection()
                .returnUrl()
                .map(url -> redirect(withQuery(url, denied.connection(), "error", denied.error())))
                .orElseGet(() -> page(HtmlPage.titled("Not connected")
                        .paragraph("The partner did not give access. You can close this page.")
                        .code(denied.error())));
    }

    /** The URL is the app's own, byte for byte; what is added is encoded (R82). */
    private static URI withQuery(String url, Connection connection, String name, String value) {
        String separator = url.contains("?") ? "&" : "?";
        return URI.create(url + separator + "connection=" + connection.id() + "&" + name + "="
                + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    private static Response.ResponseBuilder redirect(URI location) {
        return Response.status(Response.Status.SEE_OTHER)
                .header("Location", location.toString())
                .header("Cache-Control", "no-store")
                .header("Referrer-Policy", "no-referrer");
    }

    private static Response.ResponseBuilder page(HtmlPage page) {
        Response.ResponseBuilder response = Response.ok(page.render(), HtmlPage.MEDIA_TYPE);
        HtmlPage.headers().forEach(response::header);
        return response;
    }

    private Actor browser() {
        return caller.anonymous(Actor.Type.BROWSER);
    }

    private CookieJar jar(HttpHeaders headers) {
        Map<String, Cookie> cookies = headers.getCookies();
        return ticket -> Optional.ofNullable(cookies.get(cookie.name(ticket)))
                .map(Cookie::getValue)
                .filter(value -> !value.isEmpty())
                .map(Secret::of);
    }
}
