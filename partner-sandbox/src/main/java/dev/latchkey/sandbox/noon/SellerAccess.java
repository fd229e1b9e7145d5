package dev.latchkey.sandbox.noon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Fields;
import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.AuthorizationRequest;
import dev.latchkey.sandbox.oauth2.PendingConsents;
import dev.latchkey.sandbox.oauth2.RedirectTarget;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.page.ConsentPage;
import dev.latchkey.sandbox.page.ErrorPage;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A seller's consent at {@code oauth.noon.partners}, and how its code becomes a key of the seller's service account. The
 * bodies of the two calls are assumed, see the partner's page. Thread-safe.
 */
public final class SellerAccess {

    private static final String NAME = "Noon";
    private static final String COOKIE = "sandbox_browser";
    private static final Pattern COOKIE_VALUE = Pattern.compile("browser_[0-9a-f]{40}");
    private static final Set<String> QUESTION = Set.of("client_id", "state");
    private static final Set<String> DECISION = Set.of("ticket", "csrf", "user", "decision");
    private static final String CODE = "nooncode";
    private static final String TOKEN = "noontoken";

    private final World world;
    private final String partner;
    private final NoonApi api;

    public SellerAccess(World world, String partner, NoonApi api) {
        this.world = world;
        this.partner = partner;
        this.api = api;
    }

    /** Who asks for consent, or gives it. */
    public Caller browserCaller(Request request) {
        Parameters form = request.formOrEmpty();
        Optional<String> asked = form.one("ticket")
                .flatMap(world.consents()::peek)
                .map(consent -> consent.client().id());
        return new Caller(asked.or(() -> request.queryOrEmpty().one("client_id")), Optional.empty(), form.one("user"));
    }

    /** Which client calls, and about which seller. */
    public Caller caller(Request request) {
        try {
            ObjectNode json = StrictJson.parseObject(request.body());
            String value = json.path("code").asText(json.path("token").asText());
            return new Caller(
                    Optional.of(json.path("client_id").asText()),
                    Optional.empty(),
                    world.noon().oneTime().sellerOf(value));
        } catch (Refusal unreadable) {
            return Caller.unknown();
        }
    }

    /** The consent page and its form. */
    public Response authorize(Request request) {
        try {
            return switch (request.method()) {
                case "GET" -> ask(request);
                case "POST" -> decide(request);
                default -> throw new Refusal(405, "invalid_request", "GET or POST only");
            };
        } catch (Refusal refusal) {
            return Response.html(refusal.status(), ErrorPage.render(NAME, refusal.reason()))
                    .rejected(refusal.reason());
        }
    }

    /** {@code POST /identity/oauth/v1/token/create}. */
    public Response create(Request request, Edits edits) {
        return NoonApi.answered(() -> {
            String token = spend(request, "code", CODE, "code unknown, spent or of another client");
            ObjectNode json = StrictJson.object().put("token", token);
            return Response.json(200, edits.edited(json));
        });
    }

    /** {@code POST /identity/oauth/v1/token/exchange}: a new key, made here and shown once. */
    public Response exchange(Request request, Edits edits) {
        return NoonApi.answered(() -> {
            String seller = spend(request, "token", TOKEN, "token unknown, spent or of another client");
            KeyPair pair = newKey();
            ServiceAccounts.Key key =
                    new ServiceAccounts.Key(world.tokens().next("noonkey"), seller, "PRJ-" + seller, pair.getPublic());
            world.noon().accounts().add(key);
            ObjectNode json = StrictJson.object()
                    .put("key_id", key.id())
                    .put("private_key", pem(pair))
                    .put("project_code", key.project())
                    .put("channel_identifier", seller + "@idp.noon.partners");
            return Response.json(200, edits.edited(json));
        });
    }

    private Response ask(Request request) {
        Parameters query = request.query();
        query.allowOnly(QUESTION);
        query.required("state");
        Client client = query.one("client_id")
                .flatMap(id -> world.clients().find(partner, id))
                .filter(known -> !known.redirectUris().isEmpty())
                .orElseThrow(() -> new Refusal(400, "invalid_request", "unknown client_id"));
        String browser = request.cookie(COOKIE)
                .filter(value -> COOKIE_VALUE.matcher(value).matches())
                .orElseGet(() -> world.tokens().next("browser"));
        String callback = client.redirectUris().iterator().next();
        PendingConsents.Ticket ticket = world.consents()
                .open(
                        new AuthorizationRequest(client, callback, query.one("state"), Set.of(), Optional.empty()),
                        browser);
        return Response.html(
                        200,
                        ConsentPage.render(NAME, request.path(), client.id(), Set.of(), ticket.id(), ticket.csrf()))
                .with("Set-Cookie", COOKIE + "=" + browser + "; Path=/; HttpOnly; SameSite=Lax");
    }

    private Response decide(Request request) {
        Parameters form = request.form();
        form.allowOnly(DECISION);
        boolean allowed = form.required("decision").equals("allow");
        String seller = allowed ? form.required("user").strip() : "";
        AuthorizationRequest asked = world.consents()
                .take(
                        new PendingConsents.Ticket(form.required("ticket"), form.required("csrf")),
                        request.cookie(COOKIE));
        RedirectTarget target = new RedirectTarget(asked.redirectUri());
        if (allowed) {
            target.add("code", world.noon().oneTime().issue(CODE, asked.client().id(), seller));
        } else {
            target.add("error", "access_denied");
        }
        target.add("state", asked.state().orElse(""));
        return Response.seeOther(target.toString());
    }

    /** Both calls are alike: an authenticated session, our client, and a value that is spent; what it is worth. */
    private String spend(Request request, String member, String prefix, String otherwise) {
        api.require(request);
        Fields f = new Fields(NoonApi.json(request));
        String id = f.requiredText("client_id");
        String secret = f.requiredText("client_secret");
        String value = f.requiredText(member);
        f.done();
        boolean known = world.clients()
                .find(partner, id)
                .filter(client -> client.secret().equals(Optional.of(secret)))
                .isPresent();
        if (!known) {
            throw new Refusal(401, "invalid_client", "client_id or client_secret");
        }
        String seller = world.noon()
                .oneTime()
                .take(prefix, value, id)
                .orElseThrow(() -> new Refusal(400, "invalid_grant", otherwise));
        return prefix.equals(CODE) ? world.noon().oneTime().issue(TOKEN, id, seller) : seller;
    }

    private static KeyPair newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has RSA", e);
        }
    }

    private static String pem(KeyPair pair) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(pair.getPrivate().getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
    }
}
