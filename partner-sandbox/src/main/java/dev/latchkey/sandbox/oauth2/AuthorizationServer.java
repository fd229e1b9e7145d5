package dev.latchkey.sandbox.oauth2;

import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.oauth2.client.ClientAuthenticator;
import dev.latchkey.sandbox.oauth2.grant.AuthorizationCode;
import dev.latchkey.sandbox.oauth2.grant.Family;
import java.util.Optional;
import java.util.function.Supplier;

/** One partner's authorization server and the resources behind its tokens. Thread-safe. */
public final class AuthorizationServer {

    /** Does the work of one endpoint. */
    private interface Work {
        Response handle();
    }

    private final Profile profile;
    private final World world;
    private final ClientAuthenticator authenticator;
    private final AuthorizeEndpoint authorize;
    private final TokenEndpoint token;
    private final RevokeEndpoint revoke;
    private final BearerResource resource;

    public AuthorizationServer(Profile profile, World world, Supplier<Settings> settings) {
        this.profile = profile;
        this.world = world;
        this.authenticator = new ClientAuthenticator(
                profile.partner(), issuer(), profile.methods(), world.clients(), world.assertions());
        this.authorize = new AuthorizeEndpoint(profile, world, issuer(), settings);
        this.token = new TokenEndpoint(profile, world, authenticator, settings);
        this.revoke = new RevokeEndpoint(profile, world, authenticator);
        this.resource = new BearerResource(profile, world);
    }

    /** The issuer identifier: the base and the partner's id. */
    public String issuer() {
        return world.base() + "/" + profile.partner();
    }

    /** The authorization endpoint and its consent form. */
    public Response authorize(Request request, Edits edits) {
        return authorize.handle(request, edits);
    }

    /** The token endpoint. */
    public Response token(Request request, Edits edits) {
        return backChannel(request, () -> token.handle(request, edits));
    }

    /** The revocation endpoint. */
    public Response revoke(Request request) {
        return backChannel(request, () -> revoke.handle(request));
    }

    /** A protected resource that needs the scope, if one is given. */
    public Response resource(Request request, Optional<String> scope, Edits edits) {
        return backChannel(request, () -> resource.handle(request, scope, edits));
    }

    /** {@link Endpoint#REFRESH} or {@link Endpoint#TOKEN}, by the grant that the request names. */
    public static Endpoint tokenEndpoint(Request request) {
        return request.formOrEmpty().one("grant_type").equals(Optional.of(GrantType.REFRESH_TOKEN.label()))
                ? Endpoint.REFRESH
                : Endpoint.TOKEN;
    }

    /** Who asks for authorization, or sends the consent form. */
    public Caller browser(Request request) {
        Parameters form = request.formOrEmpty();
        Optional<String> asked = form.one("ticket")
                .flatMap(world.consents()::peek)
                .map(consent -> consent.client().id());
        return new Caller(asked.or(() -> request.queryOrEmpty().one("client_id")), Optional.empty(), form.one("user"));
    }

    /** Who calls the token or the revocation endpoint. */
    public Caller client(Request request) {
        Parameters form = request.formOrEmpty();
        Optional<Family> family = form.one("refresh_token")
                .or(() -> form.one("token"))
                .flatMap(value -> world.grants()
                        .byRefreshToken(profile.partner(), value)
                        .or(() -> world.grants().byAccessToken(profile.partner(), value)));
        Optional<String> user = family.map(f -> f.subject().user())
                .or(() -> form.one("code")
                        .flatMap(code -> world.grants().code(profile.partner(), code))
                        .map(AuthorizationCode::binding)
                        .map(bound -> bound.subject().user()));
        return new Caller(authenticator.claimedId(request, form), family.map(Family::id), user);
    }

    /** Whose token a request to a resource shows. */
    public Caller bearer(Request request) {
        return resource.family(request)
                .map(family -> new Caller(
                        Optional.of(family.subject().clientId()),
                        Optional.of(family.id()),
                        Optional.of(family.subject().user())))
                .orElseGet(Caller::unknown);
    }

    private Response backChannel(Request request, Work work) {
        try {
            if (profile.userAgentRequired() && request.header("user-agent").isEmpty()) {
                throw new Refusal(400, "invalid_request", "User-Agent is missing");
            }
            return work.handle();
        } catch (Refusal refusal) {
            Response response = Response.refusal(refusal);
            return switch (refusal.status()) {
                case 401, 403 -> response.with("WWW-Authenticate", challenge(refusal));
                case 405 -> response.with("Allow", "POST");
                default -> response;
            };
        }
    }

    private static String challenge(Refusal refusal) {
        return refusal.error().equals("invalid_client")
                ? "Basic realm=\"sandbox\""
                : "Bearer realm=\"sandbox\", error=\"" + refusal.error() + "\"";
    }
}
