package dev.latchkey.demo;

import dev.latchkey.sandbox.client.SandboxControl;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Plays every partner's story against a running broker and a running sandbox, and prints one row a partner; the last
 * line is {@code demo: N partners, N ok}. Exit status 0 only if every row is ok.
 *
 * <p>Arguments: the broker's address, the sandbox's address, and optionally a file to be written for a shell, with which a
 * person goes on where the last good row ended. The passwords of the users {@code admin} and {@code
 * approver} come by {@code LATCHKEY_ADMIN_PASSWORD} and {@code LATCHKEY_APPROVER_PASSWORD}.
 */
public final class Demo implements AutoCloseable {

    /** The rows, in the order of the catalog. */
    static final List<DemoPartner> PARTNERS = List.of(
            new SigningPartner(
                    "cryptonex",
                    "/cryptonex/api",
                    "",
                    List.of("user.account_list"),
                    new SigningPartner.Body(
                            "application/json",
                            "{\"jsonrpc\":\"2.0\",\"method\":\"user.account_list\",\"params\":{},\"id\":2}"),
                    new Proof("/result/accounts/0/currency", "btc"),
                    Optional.of(new SigningPartner.Body(
                            "application/json",
                            "{\"jsonrpc\":\"2.0\",\"method\":\"account.withdraw\",\"params\":{},\"id\":3}"))),
            new OAuth1Partner(
                    "cryptonit-affiliate",
                    "/cryptonit/apiv2/rest/affiliates",
                    Map.of(),
                    "/terms",
                    new Proof("/revision", "7"),
                    "/user",
                    Optional.of("{\"account\":{\"name\":\"shop-17\",\"pass\":\"made-up\","
                            + "\"mail\":\"c17@shop.example\",\"terms_of_use\":\"1\"}}"),
                    new Proof("/created", "true")),
            new OAuth1Partner(
                    "cryptonit-oauth1",
                    "/cryptonit/apiv2/rest",
                    Map.of(
                            "request_token_endpoint", "/cryptonit/oauth/request_token",
                            "authorization_endpoint", "/cryptonit/oauth/authorize",
                            "access_token_endpoint", "/cryptonit/oauth/access_token"),
                    "/users/me",
                    new Proof("/owner", "alice"),
                    "/exchange/orders?state=open%20orders",
                    Optional.empty(),
                    new Proof("/path", "/cryptonit/apiv2/rest/exchange/orders")),
            new OAuth2Partner(
                    "cryptonit-oauth2",
                    "cryptonit",
                    true,
                    List.of("basic", "trade"),
                    Map.of(
                            "authorization_endpoint", "/cryptonit/oauth2/authorize",
                            "token_endpoint", "/cryptonit/oauth/token",
                            "api_base", "/cryptonit/apiv2/rest"),
                    "/cryptonit/apiv2/rest/users/me"),
            new CallbackPartner(
                    "noiseaware",
                    "noiseaware",
                    Map.of(
                            "authorization_endpoint", "/noiseaware/authorize",
                            "token_endpoint", "/noiseaware/token",
                            "refresh_endpoint", "/noiseaware/token/refresh",
                            "api_base", "/noiseaware-api"),
                    "/noiseaware-api/units"),
            new CookiePartner("noon", false),
            new CookiePartner("noon-oauth", true),
            new SigningPartner(
                    "noones-hmac",
                    "/noones/api",
                    "/offer/all",
                    List.of(),
                    new SigningPartner.Body("application/x-www-form-urlencoded", "type=buy&text=5+%25+off"),
                    new Proof("/data/parameters/text/0", "5 % off"),
                    Optional.empty()),
            new OAuth2Partner(
                    "noones-oauth2-delegated",
                    "noones",
                    true,
                    List.of(),
                    Map.of(
                            "authorization_endpoint", "/noones/oauth2/authorize",
                            "token_endpoint", "/noones/oauth2/token",
                            "api_base", "/noones-api"),
                    "/noones-api/user/me"),
            new OAuth2Partner(
                    "noones-oauth2-direct",
                    "noones",
                    false,
                    List.of(),
                    Map.of("token_endpoint", "/noones/oauth2/token", "api_base", "/noones-api"),
                    "/noones-api/user/me"));

    private static final String ROW = "%-26s %6s %9s %11s   %s%n";

    private final URI broker;
    private final URI sandbox;
    private final Cast cast;
    private final ReturnPage returnPage;
    private final PrintStream out;
    private final SequencedMap<String, DemoPartner.Outcome> good = new LinkedHashMap<>();

    private Demo(URI broker, URI sandbox, Cast cast, PrintStream out) throws IOException {
        this.broker = broker;
        this.sandbox = sandbox;
        this.cast = cast;
        this.returnPage = ReturnPage.open();
        this.out = out;
        out.printf(ROW, "partner", "steps", "renewals", "token life", "result");
    }

    /** Runs the demo once. */
    public static void main(String[] args) throws IOException {
        Optional<String> admin = Optional.ofNullable(System.getenv("LATCHKEY_ADMIN_PASSWORD"));
        Optional<String> approver = Optional.ofNullable(System.getenv("LATCHKEY_APPROVER_PASSWORD"));
        if (args.length < 2 || args.length > 3 || admin.isEmpty() || approver.isEmpty()) {
            System.err.println(
                    "usage: Demo <broker address> <sandbox address> [<file>], passwords by LATCHKEY_*_PASSWORD");
            System.exit(2);
            return;
        }
        LocalCast cast =
                new LocalCast(new BasicIdentity("admin", admin.get()), new BasicIdentity("approver", approver.get()));
        boolean ok;
        try (Demo demo = new Demo(URI.create(args[0]), URI.create(args[1]), cast, System.out)) {
            ok = demo.playAll();
            if (args.length == 3) {
                demo.writeShellFile(new ShellFile(Path.of(args[2])), cast);
            }
            demo.sumUp();
        }
        System.exit(ok ? 0 : 1);
    }

    /**
     * The same against a broker that knows people and apps by their tokens of Keycloak.
     *
     * @param realm the issuer, with the roles of the contract; two people and a client for them are made in it
     * @param password of Keycloak's own admin
     */
    public static Demo onKeycloak(URI broker, URI sandbox, URI realm, String password, PrintStream out)
            throws IOException {
        try {
            return new Demo(broker, sandbox, KeycloakCast.hire(realm, password), out);
        } catch (StepFailed failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    /** The names of the rows, in their order. */
    public static List<String> partners() {
        return PARTNERS.stream().map(DemoPartner::name).toList();
    }

    /** Plays every story. */
    public boolean playAll() {
        return PARTNERS.stream().filter(this::play).count() == PARTNERS.size();
    }

    /** Plays one story and prints its row; true if it is ok. */
    public boolean play(String name) {
        return PARTNERS.stream()
                .filter(partner -> partner.name().equals(name))
                .findFirst()
                .map(this::play)
                .orElseThrow();
    }

    /** The last line. */
    public void sumUp() {
        out.println("demo: " + PARTNERS.size() + " partners, " + good.size() + " ok");
        out.flush();
    }

    /** The names of the people who play. */
    public List<String> people() {
        return List.of(cast.admin().name(), cast.approver().name());
    }

    /** The connection of a story that was ok. */
    public String connection(String name) {
        return Optional.ofNullable(good.get(name)).orElseThrow().connection();
    }

    /** What the app of a story that was ok sends as {@code Authorization}. */
    public String authorization(String name) throws IOException {
        try {
            return Optional.ofNullable(good.get(name)).orElseThrow().app().authorization();
        } catch (StepFailed failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    @Override
    public void close() {
        returnPage.close();
    }

    private void writeShellFile(ShellFile file, LocalCast local) throws IOException {
        if (!good.isEmpty()) {
            var last = good.lastEntry();
            file.write(broker, local, last.getKey(), last.getValue());
        }
    }

    private boolean play(DemoPartner partner) {
        Steps steps = new Steps();
        Stage stage =
                new Stage(new BrokerClient(broker), cast, sandbox, new SandboxControl(sandbox), returnPage, steps);
        try {
            DemoPartner.Outcome outcome = partner.play(stage);
            String life = outcome.lifetimeSeconds() > 0 ? outcome.lifetimeSeconds() + " s" : "1 request";
            out.printf(ROW, partner.name(), steps.done(), outcome.renewals(), life, "ok");
            good.put(partner.name(), outcome);
            return true;
        } catch (StepFailed failed) {
            out.printf(ROW, partner.name(), steps.done(), "-", "-", "FAILED at " + failed.getMessage());
            return false;
        }
    }
}
