package dev.latchkey.sandbox.oauth1;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.World;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** One partner's OAuth 1.0a and the resources behind it. Thread-safe. */
public final class OAuth1Server {

    /** What a resource answers to whom. */
    public interface Resource {
        ObjectNode answer(Tokens.AccessToken token);
    }

    private final String partner;
    private final Rules defaults;
    private final Set<String> methods;
    private final World world;
    private final Verifier verifier;
    private final AuthorizePage authorize;

    /**
     * A server.
     *
     * @param title the name a person reads
     * @param defaults the rules until they are changed
     * @param methods how its two token endpoints may be asked
     */
    public OAuth1Server(String partner, String title, Rules defaults, Set<String> methods, World world) {
        this.partner = partner;
        this.defaults = defaults;
        this.methods = Set.copyOf(methods);
        this.world = world;
        this.verifier = new Verifier(partner, world);
        this.authorize = new AuthorizePage(partner, title, world);
    }

    /** The rules now. */
    public Rules rules() {
        return world.oauth1().rules(partner, defaults);
    }

    /** Whether a request claims to be signed. */
    public static boolean isSigned(Request request) {
        return SignedRequest.isClaimed(request);
    }

    /** Whom a request claims to be about. */
    public Caller caller(Request request) {
        Optional<String> user = SignedRequest.claimed(request, "oauth_token")
                .flatMap(token -> world.oauth1().accessToken(partner, token))
                .map(Tokens.AccessToken::user);
        return new Caller(SignedRequest.claimed(request, "oauth_consumer_key"), Optional.empty(), user);
    }

    /** Temporary credentials (RFC 5849 s.2.1). */
    public Response requestToken(Request request) {
        return answered(() -> {
            requireMethod(request);
            Verifier.Proven proven = verifier.verify(request, rules(), signed -> "");
            String callback = proven.request().required("oauth_callback");
            if (!proven.consumer().callbacks().contains(callback)) {
                throw new Refusal(400, "parameter_rejected", "oauth_callback is not registered");
            }
            Tokens.RequestToken token = world.oauth1()
                    .open(
                            world.tokens().next("rqt"),
                            world.tokens().next("rqs"),
                            proven.consumer(),
                            callback,
                            world.clock().instant());
            String confirmed = rules().confirmed();
            return form("oauth_token=" + token.value() + "&oauth_token_secret=" + token.secret()
                    + (confirmed.equals("omitted") ? "" : "&oauth_callback_confirmed=" + confirmed));
        });
    }

    /** The page that asks the user (RFC 5849 s.2.2). */
    public Response authorize(Request request) {
        return authorize.handle(request);
    }

    /** Token credentials (RFC 5849 s.2.3). */
    public Response accessToken(Request request) {
        return answered(() -> {
            requireMethod(request);
            Verifier.Proven proven = verifier.verify(
                    request, rules(), signed -> requestTokenOf(signed).secret());
            Tokens.RequestToken token = requestTokenOf(proven.request());
            String verifierCode = proven.request().required("oauth_verifier");
            if (!token.consumer().key().equals(proven.consumer().key())) {
                throw new Refusal(401, "token_rejected", "request token of another consumer");
            }
            if (!token.verifier().equals(Optional.of(verifierCode))) {
                throw new Refusal(401, "verifier_invalid", "verifier is not the one of this token");
            }
            if (!world.oauth1().spend(token)) {
                throw new Refusal(401, "token_used", "request token used twice");
            }
            var access = new Tokens.AccessToken(
                    partner,
                    world.tokens().next("act"),
                    world.tokens().next("acs"),
                    proven.consumer().key(),
                    token.user().orElseThrow(),
                    false);
            world.oauth1().keep(access);
            return form("oauth_token=" + access.value() + "&oauth_token_secret=" + access.secret());
        });
    }

    /** A resource for a token that a user gave. */
    public Response resource(Request request) {
        return resource(
                request,
                false,
                token -> StrictJson.object()
                        .put("owner", token.user())
                        .put("consumer_key", token.consumerKey())
                        .put("method", request.method())
                        .put("path", request.path()));
    }

    /** A resource that needs a token of that origin. */
    public Response resource(Request request, boolean preset, Resource resource) {
        return answered(() -> {
            Verifier.Proven proven = verifier.verify(
                    request, rules(), signed -> accessTokenOf(signed).secret());
            Tokens.AccessToken token = accessTokenOf(proven.request());
            if (!token.consumerKey().equals(proven.consumer().key()) || token.preset() != preset) {
                throw new Refusal(401, "token_rejected", "token of another kind or consumer");
            }
            return Response.json(200, StrictJson.write(resource.answer(token)));
        });
    }

    private Tokens.RequestToken requestTokenOf(SignedRequest signed) {
        Instant now = world.clock().instant();
        return world.oauth1()
                .requestToken(partner, signed.required("oauth_token"), now)
                .orElseThrow(() -> new Refusal(401, "token_rejected", "request token unknown, used or expired"));
    }

    private Tokens.AccessToken accessTokenOf(SignedRequest signed) {
        return world.oauth1()
                .accessToken(partner, signed.required("oauth_token"))
                .orElseThrow(() -> new Refusal(401, "token_rejected", "access token unknown or revoked"));
    }

    private void requireMethod(Request request) {
        if (!methods.contains(request.method())) {
            throw new Refusal(405, "parameter_rejected", "method not allowed here");
        }
    }

    private Response answered(Supplier<Response> work) {
        try {
            return work.get();
        } catch (Refusal refusal) {
            return Response.of(
                            refusal.status(), ("oauth_problem=" + refusal.error()).getBytes(StandardCharsets.US_ASCII))
                    .with("Content-Type", "application/x-www-form-urlencoded")
                    .with("WWW-Authenticate", "OAuth realm=\"sandbox\"")
                    .rejected(refusal.reason());
        }
    }

    private static Response form(String body) {
        return Response.of(200, body.getBytes(StandardCharsets.US_ASCII))
                .with("Content-Type", "application/x-www-form-urlencoded")
                .with("Cache-Control", "no-store");
    }
}
