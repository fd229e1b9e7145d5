package dev.latchkey.sandbox.noon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.journal.AssertionLog;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The login, and the calls that its cookies open. Every one of them needs a {@code User-Agent}. Thread-safe. */
public final class NoonApi {

    private static final DateTimeFormatter COOKIE_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);
    private static final String SESSION = "noon_session";
    private static final String PROJECT = "noon_project";

    private final NoonBook book;
    private final LoginTokens tokens;

    public NoonApi(NoonBook book, Clock clock, AssertionLog log) {
        this.book = book;
        this.tokens = new LoginTokens(book, clock, log);
    }

    /** Whose key a login names: the key is the client, its account the user. */
    public Caller loginCaller(Request request) {
        try {
            String token = StrictJson.parseObject(request.body()).path("token").asText();
            Optional<String> keyId = LoginTokens.claimedKey(token);
            return new Caller(
                    keyId,
                    Optional.empty(),
                    keyId.flatMap(book.accounts()::find).map(ServiceAccounts.Key::account));
        } catch (Refusal unreadable) {
            return Caller.unknown();
        }
    }

    /** Whose cookie a call brings. */
    public Caller apiCaller(Request request) {
        return request.cookie(SESSION)
                .flatMap(book.sessions()::find)
                .map(session -> Caller.client(Optional.of(session.key().id())))
                .orElseGet(Caller::unknown);
    }

    /** {@code POST /identity/public/v1/api/login}. */
    public Response login(Request request, Edits edits) {
        return answered(() -> {
            requireUserAgent(request);
            Fields f = new Fields(json(request));
            String token = f.requiredText("token");
            String project = f.requiredText("default_project_code");
            f.done();
            ServiceAccounts.Key key = tokens.verify(token);
            if (!key.project().equals(project)) {
                throw new Refusal(403, "forbidden", "default_project_code is not the key's");
            }
            NoonSettings settings = book.settings();
            Sessions.Session session = book.sessions().open(key, settings.sessionLife());
            ObjectNode body = StrictJson.object().put("status", "ok");
            return Response.json(200, edits.edited(body)).withCookies(cookies(settings, session));
        });
    }

    /** {@code GET /identity/v1/whoami}. */
    public Response whoami(Request request, Edits edits) {
        return answered(() -> {
            Sessions.Session session = require(request);
            ObjectNode json = StrictJson.object()
                    .put("username", session.key().account())
                    .put("project_code", session.key().project())
                    .put("key_id", session.key().id());
            return Response.json(200, edits.edited(json));
        });
    }

    /** Any other call below the API: says what came in. */
    public Response call(Request request, Edits edits) {
        return answered(() -> {
            Sessions.Session session = require(request);
            ObjectNode json = StrictJson.object()
                    .put("owner", session.key().account())
                    .put("method", request.method())
                    .put("path", request.path())
                    .put("received", request.body());
            return Response.json(200, edits.edited(json));
        });
    }

    /** The live session of a request, or 401. */
    Sessions.Session require(Request request) {
        requireUserAgent(request);
        Sessions.Session session = request.cookie(SESSION)
                .flatMap(book.sessions()::find)
                .orElseThrow(() -> new Refusal(401, "unauthorized", "no live session"));
        if (!request.cookie(PROJECT).equals(Optional.of(session.key().project()))) {
            throw new Refusal(401, "unauthorized", "the project cookie is missing or wrong");
        }
        return session;
    }

    /** What a partner does. */
    interface Act {
        Response run();
    }

    static Response answered(Act act) {
        try {
            return act.run();
        } catch (Refusal refusal) {
            return Response.refusal(refusal);
        }
    }

    static void requireUserAgent(Request request) {
        if (request.header("user-agent").isEmpty()) {
            throw new Refusal(400, "invalid_request", "User-Agent is missing");
        }
    }

    static ObjectNode json(Request request) {
        if (!request.method().equals("POST")) {
            throw new Refusal(405, "invalid_request", "POST only");
        }
        if (!request.mediaType().equals("application/json")) {
            throw new Refusal(415, "invalid_request", "content type must be application/json");
        }
        return StrictJson.parseObject(request.body());
    }

    private List<String> cookies(NoonSettings settings, Sessions.Session session) {
        String date = COOKIE_DATE.format(session.expires().atOffset(ZoneOffset.UTC));
        return settings.cookies().stream()
                .map(line -> line.replace("{session}", session.cookie())
                        .replace("{project}", session.key().project())
                        .replace(
                                "{seconds}",
                                String.valueOf(settings.sessionLife().toSeconds()))
                        .replace("{date}", date))
                .toList();
    }
}
