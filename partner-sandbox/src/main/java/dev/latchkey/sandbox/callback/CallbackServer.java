package dev.latchkey.sandbox.callback;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.AnswerEdit;
import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.Settings;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.oauth2.grant.AuthorizationCode;
import dev.latchkey.sandbox.oauth2.grant.Family;
import dev.latchkey.sandbox.oauth2.grant.RefreshOutcome;
import dev.latchkey.sandbox.oauth2.grant.TokenPair;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/** One partner that calls its integrators: consent, tokens, and the resources behind them. Thread-safe. */
public final class CallbackServer {

    private final String partner;
    private final World world;
    private final Supplier<Settings> settings;
    private final ConsentEndpoint consent;
    private final UserTokens userTokens;

    public CallbackServer(String partner, String title, World world, Supplier<Settings> settings) {
        this.partner = partner;
        this.world = world;
        this.settings = settings;
        this.consent = new ConsentEndpoint(partner, title, world, settings);
        this.userTokens = new UserTokens(world.tokens().next("key"));
    }

    /** The consent page and its form. */
    public Response authorize(Request request) {
        return consent.handle(request);
    }

    /** Access code for tokens. */
    public Response token(Request request, Edits edits) {
        return answered(request, edits, this::redeem);
    }

    /** Refresh token for tokens. */
    public Response refresh(Request request, Edits edits) {
        return answered(request, edits, body -> renew(body, edits));
    }

    /** A resource behind the bare token. */
    public Response resource(Request request, Edits edits) {
        List<String> headers = request.headers().getOrDefault("authorization", List.of());
        if (headers.size() != 1) {
            return refusal(403, "forbidden", "no authorization header");
        }
        Instant now = world.clock().instant();
        Optional<String> token = userTokens.unwrapped(headers.getFirst());
        Optional<Family> family =
                family(request).filter(f -> f.endOf(token.orElse(""), now).isPresent());
        if (family.isEmpty()) {
            boolean bearer = headers.getFirst().startsWith("Bearer ");
            return refusal(401, "token_expired", bearer ? "the token must be bare" : "token unknown or expired");
        }
        Family.Subject subject = family.get().subject();
        ObjectNode json = StrictJson.object()
                .put("owner", subject.user())
                .put("client_id", subject.clientId())
                .put("family", family.get().id())
                .put("path", request.path());
        return Response.json(200, edits.edited(json));
    }

    /** Who asks for consent. */
    public Caller browser(Request request) {
        Optional<String> asked = request.formOrEmpty()
                .one("ticket")
                .flatMap(world.consents()::peek)
                .map(pending -> pending.client().id());
        return new Caller(
                asked.or(() -> consent.client(request).map(Client::id)),
                Optional.empty(),
                request.formOrEmpty().one("user"));
    }

    /** Who calls for tokens. */
    public Caller client(Request request) {
        try {
            ObjectNode body = StrictJson.parseObject(request.body());
            Optional<Family> family = world.grants()
                    .byRefreshToken(partner, body.path("refreshToken").asText());
            Optional<String> user = family.map(Family::subject)
                    .or(() -> world.grants()
                            .code(partner, body.path("accessCode").asText())
                            .map(code -> code.binding().subject()))
                    .map(Family.Subject::user);
            return new Caller(Optional.of(body.path("clientID").asText()), family.map(Family::id), user);
        } catch (Refusal unreadable) {
            return Caller.unknown();
        }
    }

    /** Whose token a request to a resource shows. */
    public Caller bearer(Request request) {
        return family(request)
                .map(family -> new Caller(
                        Optional.of(family.subject().clientId()),
                        Optional.of(family.id()),
                        Optional.of(family.subject().user())))
                .orElseGet(Caller::unknown);
    }

    private Optional<Family> family(Request request) {
        return request.header("authorization")
                .flatMap(userTokens::unwrapped)
                .flatMap(token -> world.grants().byAccessToken(partner, token));
    }

    private Response answered(Request request, Edits edits, Function<Fields, TokenPair> work) {
        try {
            if (!request.method().equals("POST") || !request.mediaType().equals("application/json")) {
                throw new Refusal(400, "invalid_request", "POST of JSON only");
            }
            return Response.json(
                    200, edits.edited(answer(work.apply(new Fields(StrictJson.parseObject(request.body()))))));
        } catch (Refusal refusal) {
            return Response.refusal(refusal);
        }
    }

    private TokenPair redeem(Fields body) {
        String accessCode = body.requiredText("accessCode");
        String clientId = body.requiredText("clientID");
        body.done();
        AuthorizationCode code = world.grants()
                .code(partner, accessCode)
                .filter(found -> found.binding().subject().clientId().equals(clientId))
                .orElseThrow(() -> new Refusal(400, "invalid_request", "unknown access code"));
        Family family = code.redeem(() -> {
                    if (!world.clock().instant().isBefore(code.binding().expires())) {
                        throw new Refusal(400, "invalid_request", "access code expired");
                    }
                    return world.grants().open(code.binding().subject());
                })
                .orElseThrow(() -> new Refusal(400, "invalid_request", "access code reuse"));
        return world.grants().issue(family, settings.get().refresh(), true);
    }

    private TokenPair renew(Fields body, Edits edits) {
        String token = body.requiredText("refreshToken");
        String clientId = body.requiredText("clientID");
        body.done();
        Family family = world.grants()
                .byRefreshToken(partner, token)
                .filter(found -> found.subject().clientId().equals(clientId))
                .orElseThrow(() -> new Refusal(401, "token_expired", "unknown refresh token"));
        Instant now = world.clock().instant();
        if (!now.isBefore(family.renewedAt().plus(settings.get().callback().refreshTokenLife()))) {
            throw new Refusal(401, "token_expired", "refresh token expired");
        }
        BooleanSupplier keepToken =
                () -> edits.answer().map(AnswerEdit::keepsRefreshToken).orElse(false);
        return switch (world.grants().refresh(family, token, settings.get().refresh(), keepToken)) {
            case RefreshOutcome.Renewed renewed -> {
                world.counters().refresh(partner, family.id());
                yield renewed.pair();
            }
            case RefreshOutcome.Reused reused -> {
                world.counters().reuse(partner, family.id());
                throw new Refusal(401, "token_expired", "refresh token reuse");
            }
            case RefreshOutcome.Dead dead ->
                throw new Refusal(401, "token_expired", "family is dead: " + dead.reason());
        };
    }

    private ObjectNode answer(TokenPair pair) {
        Instant expires = world.clock().instant().plus(pair.life());
        String user = world.grants()
                .family(pair.family())
                .map(family -> family.subject().user())
                .orElseThrow();
        return StrictJson.object()
                .put("expiresAt", expires.toString())
                .put("refreshToken", pair.refreshToken().orElse(""))
                .put("userToken", userTokens.wrapped(pair.accessToken(), user, expires));
    }

    private static Response refusal(int status, String error, String reason) {
        return Response.refusal(new Refusal(status, error, reason));
    }
}
