package dev.latchkey.testkit;

import dev.latchkey.sandbox.browser.ConsentBrowser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The certified OpenID provider {@code oidc-provider} (npm) in the part of a partner, as {@code
 * src/test/node/server.mjs} sets it up: PKCE required, refresh tokens rotate at every use, {@code iss} in every
 * authorization response. Installed once into {@code target/node-oidc-provider}; starts in about a second. Needs {@code
 * node} and {@code npm} of version 20 or newer. Not thread-safe.
 */
public final class NodeOidcProvider implements AutoCloseable {
    private static final Duration INSTALL = Duration.ofMinutes(6);
    private static final Duration ACCESS_TOKEN_LIFE = Duration.ofSeconds(60);
    private static final Duration START = Duration.ofSeconds(120);

    private final ChildProcess process;
    private final URI issuer;
    private final Client client;

    private NodeOidcProvider(ChildProcess process, URI issuer, Client client) {
        this.process = process;
        this.issuer = issuer;
        this.client = client;
    }

    /** A client of ours at the partner. */
    public record Client(String clientId, String clientSecret) {}

    /** Starts a provider that knows one client, which may be sent to one redirect URI only. */
    public static NodeOidcProvider start(URI redirectUri) {
        return start(redirectUri, ACCESS_TOKEN_LIFE);
    }

    /** The same with access tokens of another life, in whole seconds. */
    public static NodeOidcProvider start(URI redirectUri, Duration accessTokenLife) {
        var home = install();
        var client = new Client("latchkey", UUID.randomUUID().toString());
        var port = ChildProcess.freePort();
        var issuer = URI.create("http://127.0.0.1:" + port);
        var process = ChildProcess.start(
                home,
                Map.of(
                        "PORT", Integer.toString(port),
                        "CLIENT_ID", client.clientId(),
                        "CLIENT_SECRET", client.clientSecret(),
                        "REDIRECT_URI", redirectUri.toString(),
                        "ACCESS_TOKEN_SECONDS", Long.toString(accessTokenLife.toSeconds())),
                home.resolve("server-" + port + ".log"),
                List.of("node", "server.mjs"));
        try {
            process.awaitOk(URI.create(issuer + "/.well-known/openid-configuration"), START);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        return new NodeOidcProvider(process, issuer, client);
    }

    private static Path install() {
        var basedir = Path.of(System.getProperty("basedir", "."));
        var home = basedir.resolve("target/node-oidc-provider").toAbsolutePath();
        var sources = basedir.resolve("src/test/node");
        try {
            var from =
                    Files.readString(sources.resolve("package.json")) + Files.readString(sources.resolve("server.mjs"));
            MadeOnce.fill(home, from, () -> {
                for (var file : List.of("package.json", "server.mjs")) {
                    Files.copy(sources.resolve(file), home.resolve(file), StandardCopyOption.REPLACE_EXISTING);
                }
                npmInstall(home);
            });
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void npmInstall(Path home) {
        var install = List.of(
                "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--omit=dev");
        try (var npm = ChildProcess.start(home, Map.of(), home.resolve("npm.log"), install)) {
            var status = npm.awaitEnd(INSTALL);
            if (status != 0) {
                throw new IllegalStateException("npm ended with " + status + ":\n" + npm.tail());
            }
        }
    }

    /** The issuer identifier, whose metadata is at {@code /.well-known/openid-configuration} below it. */
    public URI issuer() {
        return issuer;
    }

    /** The client that it knows. */
    public Client client() {
        return client;
    }

    /**
     * Logs somebody in and agrees, on the provider's own development pages, and comes back.
     *
     * @param authorizationUrl where the flow starts: our connect URL or the partner's authorization endpoint
     * @param login any name: it becomes {@code sub}
     * @param callback the redirect URI; it is not opened
     * @return the address that the partner sends the browser to, with {@code code}, {@code state} and {@code iss}
     */
    public URI login(ConsentBrowser browser, URI authorizationUrl, String login, URI callback) {
        var steps = new LoginSteps(browser, callback);
        steps.open(authorizationUrl);
        steps.submitWhere("form input[name=login]", Map.of("login", login, "password", "any"));
        steps.submitWhere("form input[name=prompt][value=consent]", Map.of());
        return steps.arrival();
    }

    /** Stops the provider. */
    @Override
    public void close() {
        process.close();
    }
}
