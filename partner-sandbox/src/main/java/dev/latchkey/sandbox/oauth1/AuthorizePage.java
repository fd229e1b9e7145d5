package dev.latchkey.sandbox.oauth1;

import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.page.ConsentPage;
import dev.latchkey.sandbox.page.ErrorPage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Where a person says yes or no (RFC 5849 s.2.2). A no sends the browser back with {@code denied}, which the RFC leaves
 * open and big partners do.
 */
final class AuthorizePage {

    private static final String COOKIE = "sandbox_browser";
    private static final Pattern COOKIE_VALUE = Pattern.compile("browser_[0-9a-f]{40}");

    private final String partner;
    private final String title;
    private final World world;
    private final Consents consents;

    AuthorizePage(String partner, String title, World world) {
        this.partner = partner;
        this.title = title;
        this.world = world;
        this.consents = new Consents(world.tokens());
    }

    Response handle(Request request) {
        try {
            return switch (request.method()) {
                case "GET" -> ask(request);
                case "POST" -> decide(request);
                default -> throw new Refusal(405, "invalid_request", "GET or POST only");
            };
        } catch (Refusal refusal) {
            return Response.html(refusal.status(), ErrorPage.render(title, refusal.reason()))
                    .rejected(refusal.reason());
        }
    }

    private Response ask(Request request) {
        Parameters query = request.query();
        query.allowOnly(Set.of("oauth_token"));
        Tokens.RequestToken token = found(query.required("oauth_token"));
        String browser = request.cookie(COOKIE)
                .filter(value -> COOKIE_VALUE.matcher(value).matches())
                .orElseGet(() -> world.tokens().next("browser"));
        Consents.Ticket ticket = consents.open(token.value(), browser);
        String page =
                ConsentPage.render(title, request.path(), token.consumer().key(), Set.of(), ticket.id(), ticket.csrf());
        return Response.html(200, page).with("Set-Cookie", COOKIE + "=" + browser + "; Path=/; HttpOnly; SameSite=Lax");
    }

    private Response decide(Request request) {
        Parameters form = request.form();
        form.allowOnly(Set.of("ticket", "csrf", "user", "decision"));
        boolean allowed = form.required("decision").equals("allow");
        String user = allowed ? form.required("user").strip() : "";
        Tokens.RequestToken token = found(consents.take(
                new Consents.Ticket(form.required("ticket"), form.required("csrf")), request.cookie(COOKIE)));
        if (!allowed) {
            world.oauth1().spend(token);
            return back(token, Map.of("denied", token.value()));
        }
        String verifier = world.tokens().next("verifier");
        if (!world.oauth1().consent(token, user, verifier)) {
            throw new Refusal(400, "token_used", "request token used twice");
        }
        return back(token, Map.of("oauth_token", token.value(), "oauth_verifier", verifier));
    }

    /** One that was consented to is over for further consents. */
    private Tokens.RequestToken found(String value) {
        return world.oauth1()
                .requestToken(partner, value, world.clock().instant())
                .filter(token -> token.verifier().isEmpty())
                .orElseThrow(() -> new Refusal(400, "token_rejected", "request token unknown, used or expired"));
    }

    private static Response back(Tokens.RequestToken token, Map<String, String> parameters) {
        StringJoiner query = new StringJoiner("&", token.callback().contains("?") ? "&" : "?", "");
        new TreeMap<>(parameters)
                .forEach((name, value) -> query.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return Response.seeOther(token.callback() + query);
    }
}
