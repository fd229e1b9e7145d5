package dev.latchkey.sandbox.callback;

import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.oauth2.AuthorizationRequest;
import dev.latchkey.sandbox.oauth2.PendingConsents;
import dev.latchkey.sandbox.oauth2.RedirectTarget;
import dev.latchkey.sandbox.oauth2.Settings;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.oauth2.grant.AuthorizationCode;
import dev.latchkey.sandbox.oauth2.grant.Family;
import dev.latchkey.sandbox.page.ConsentPage;
import dev.latchkey.sandbox.page.ErrorPage;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The page where a person authorises an integration. GET asks; POST with consent calls the integrator's ConnectionURL
 * first and only then sends the browser back, with the access code that it answered.
 */
final class ConsentEndpoint {

    private static final String COOKIE = "sandbox_browser";
    private static final Pattern COOKIE_VALUE = Pattern.compile("browser_[0-9a-f]{40}");
    private static final Set<String> PARAMETERS = Set.of("code", "id", "redirect");
    private static final Set<String> DECISION = Set.of("ticket", "csrf", "user", "decision");

    private final String partner;
    private final String title;
    private final World world;
    private final Supplier<Settings> settings;
    private final ConnectionUrlCall call = new ConnectionUrlCall();

    ConsentEndpoint(String partner, String title, World world, Supplier<Settings> settings) {
        this.partner = partner;
        this.title = title;
        this.world = world;
        this.settings = settings;
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

    /** Whose id a request names. */
    Optional<Client> client(Request request) {
        return request.queryOrEmpty().one("id").flatMap(this::withPartnerId);
    }

    private Response ask(Request request) {
        Parameters query = request.query();
        query.allowOnly(PARAMETERS);
        Client client = withPartnerId(query.required("id"))
                .orElseThrow(() -> new Refusal(400, "invalid_request", "unknown id"));
        String redirect = query.required("redirect");
        checkRedirect(client, redirect);
        AuthorizationRequest asked = new AuthorizationRequest(
                client, redirect, Optional.of(query.required("code")), Set.of(), Optional.empty());
        String browser = request.cookie(COOKIE)
                .filter(value -> COOKIE_VALUE.matcher(value).matches())
                .orElseGet(() -> world.tokens().next("browser"));
        PendingConsents.Ticket ticket = world.consents().open(asked, browser);
        String page = ConsentPage.render(title, request.path(), client.id(), Set.of(), ticket.id(), ticket.csrf());
        return Response.html(200, page).with("Set-Cookie", COOKIE + "=" + browser + "; Path=/; HttpOnly; SameSite=Lax");
    }

    /** The document has no registered redirect address: where one was given by hand it must be that, to the byte. */
    private static void checkRedirect(Client client, String redirect) {
        if (!client.redirectUris().isEmpty() && !client.redirectUris().contains(redirect)) {
            throw new Refusal(400, "invalid_request", "redirect is not known");
        }
        try {
            URI uri = URI.create(redirect);
            if (uri.getHost() == null || !Set.of("http", "https").contains(String.valueOf(uri.getScheme()))) {
                throw new Refusal(400, "invalid_request", "redirect must be absolute http(s)");
            }
        } catch (IllegalArgumentException malformed) {
            throw new Refusal(400, "invalid_request", "redirect is malformed");
        }
    }

    private Response decide(Request request) {
        Parameters form = request.form();
        form.allowOnly(DECISION);
        AuthorizationRequest asked = world.consents()
                .take(
                        new PendingConsents.Ticket(form.required("ticket"), form.required("csrf")),
                        request.cookie(COOKIE));
        if (!form.required("decision").equals("allow")) {
            return Response.html(200, ErrorPage.render(title, "nothing was connected"));
        }
        String user = form.required("user").strip();
        CallbackRules rules = settings.get().callback();
        String accessCode = call.accessCode(asked.client(), asked.state().orElseThrow(), rules.lostAnswers());
        Instant expires = world.clock().instant().plus(settings.get().codeLife());
        Family.Subject subject = new Family.Subject(partner, asked.client().id(), user, Set.of());
        world.grants()
                .keepCode(
                        accessCode,
                        new AuthorizationCode.Binding(subject, asked.redirectUri(), Optional.empty(), expires));
        RedirectTarget target = new RedirectTarget(asked.redirectUri());
        target.add(rules.parameter(), accessCode);
        return Response.seeOther(target.toString());
    }

    private Optional<Client> withPartnerId(String id) {
        return world.clients().all().stream()
                .filter(client -> client.partner().equals(partner))
                .filter(client -> client.connectionUrl()
                        .map(ConnectionUrl::partnerId)
                        .filter(id::equals)
                        .isPresent())
                .findFirst();
    }
}
