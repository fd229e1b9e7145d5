package dev.latchkey.sandbox.oauth2;

import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.oauth2.grant.AuthorizationCode;
import dev.latchkey.sandbox.oauth2.grant.Family;
import dev.latchkey.sandbox.page.ConsentPage;
import dev.latchkey.sandbox.page.ErrorPage;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The authorization endpoint: GET checks and asks the person, POST takes the decision (RFC 6749 s.4.1). */
final class AuthorizeEndpoint {

    private static final String COOKIE = "sandbox_browser";
    private static final Pattern COOKIE_VALUE = Pattern.compile("browser_[0-9a-f]{40}");
    private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final Set<String> PARAMETERS = Set.of(
            "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method");
    private static final Set<String> DECISION = Set.of("ticket", "csrf", "user", "decision");

    private final Profile profile;
    private final World world;
    private final String issuer;
    private final Supplier<Settings> settings;

    AuthorizeEndpoint(Profile profile, World world, String issuer, Supplier<Settings> settings) {
        this.profile = profile;
        this.world = world;
        this.issuer = issuer;
        this.settings = settings;
    }

    Response handle(Request request, Edits edits) {
        try {
            return switch (request.method()) {
                case "GET" -> ask(request, edits);
                case "POST" -> decide(request, edits);
                default -> throw new Refusal(405, "invalid_request", "GET or POST only");
            };
        } catch (Refusal refusal) {
            // Never a redirect here: the client or its address is not known to be good (RFC 6749 s.4.1.2.1).
            return Response.html(refusal.status(), ErrorPage.render(profile.title(), refusal.reason()))
                    .rejected(refusal.reason());
        }
    }

    private Response ask(Request request, Edits edits) {
        Parameters query = request.query();
        Client client = query.one("client_id")
                .flatMap(id -> world.clients().find(profile.partner(), id))
                .orElseThrow(() -> new Refusal(400, "invalid_request", "unknown client_id"));
        String redirectUri = query.one("redirect_uri")
                .filter(client.redirectUris()::contains)
                .orElseThrow(() -> new Refusal(400, "invalid_request", "redirect_uri is not registered"));
        try {
            return consent(request, check(query, client, redirectUri));
        } catch (Refusal refusal) {
            return failure(redirectUri, query.one("state"), refusal, edits).rejected(refusal.reason());
        }
    }

    private Response consent(Request request, AuthorizationRequest asked) {
        String browser = request.cookie(COOKIE)
                .filter(value -> COOKIE_VALUE.matcher(value).matches())
                .orElseGet(() -> world.tokens().next("browser"));
        PendingConsents.Ticket ticket = world.consents().open(asked, browser);
        String page = ConsentPage.render(
                profile.title(), request.path(), asked.client().id(), asked.scopes(), ticket.id(), ticket.csrf());
        return Response.html(200, page).with("Set-Cookie", COOKIE + "=" + browser + "; Path=/; HttpOnly; SameSite=Lax");
    }

    private AuthorizationRequest check(Parameters query, Client client, String redirectUri) {
        Set<String> allowed = new HashSet<>(PARAMETERS);
        allowed.addAll(settings.get().extraParameters());
        query.allowOnly(allowed);
        if (!query.required("response_type").equals("code")) {
            throw new Refusal(400, "unsupported_response_type", "response_type must be code");
        }
        if (!profile.grants().test(client, GrantType.AUTHORIZATION_CODE)) {
            throw new Refusal(400, "unauthorized_client", "the client may not use authorization_code");
        }
        if (profile.stateRequired()) {
            query.required("state");
        }
        Set<String> scopes = profile.scopes().read(query.one("scope"));
        return new AuthorizationRequest(client, redirectUri, query.one("state"), scopes, challenge(query));
    }

    /** RFC 7636 s.4.3; {@code plain} and a missing method, which means plain, are refused. */
    private static Optional<String> challenge(Parameters query) {
        Optional<String> challenge = query.one("code_challenge");
        Optional<String> method = query.one("code_challenge_method");
        if (challenge.isEmpty() && method.isEmpty()) {
            return challenge;
        }
        if (!method.equals(Optional.of("S256"))) {
            throw new Refusal(400, "invalid_request", "code_challenge_method must be S256");
        }
        if (!CHALLENGE.matcher(challenge.orElse("")).matches()) {
            throw new Refusal(400, "invalid_request", "code_challenge is malformed");
        }
        return challenge;
    }

    private Response decide(Request request, Edits edits) {
        Parameters form = request.form();
        form.allowOnly(DECISION);
        boolean allowed = allows(form.required("decision"));
        String user = allowed ? form.required("user").strip() : "";
        if (allowed && user.isEmpty()) {
            throw new Refusal(400, "invalid_request", "missing parameter user");
        }
        AuthorizationRequest asked = world.consents()
                .take(
                        new PendingConsents.Ticket(form.required("ticket"), form.required("csrf")),
                        request.cookie(COOKIE));
        if (!allowed) {
            Refusal denied = new Refusal(400, "access_denied", "the user said no");
            return failure(asked.redirectUri(), asked.state(), denied, edits);
        }
        return back(asked.redirectUri(), Map.of("code", code(asked, user)), asked.state(), edits);
    }

    private String code(AuthorizationRequest asked, String user) {
        Family.Subject subject =
                new Family.Subject(profile.partner(), asked.client().id(), user, asked.scopes());
        Instant expires = world.clock().instant().plus(settings.get().codeLife());
        return world.grants()
                .issueCode(new AuthorizationCode.Binding(subject, asked.redirectUri(), asked.challenge(), expires));
    }

    private static boolean allows(String decision) {
        return switch (decision) {
            case "allow" -> true;
            case "deny" -> false;
            default -> throw new Refusal(400, "invalid_request", "decision must be allow or deny");
        };
    }

    private Response failure(String redirectUri, Optional<String> state, Refusal refusal, Edits edits) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("error", refusal.error());
        parameters.put("error_description", refusal.reason());
        return back(redirectUri, parameters, state, edits);
    }

    private Response back(String redirectUri, Map<String, String> parameters, Optional<String> state, Edits edits) {
        RedirectTarget target = new RedirectTarget(redirectUri);
        parameters.forEach(target::add);
        state.ifPresent(value -> target.add("state", value));
        edits.iss().orElseGet(() -> settings.get().iss()).values(issuer).forEach(iss -> target.add("iss", iss));
        return Response.seeOther(target.toString());
    }
}
