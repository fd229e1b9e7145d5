package dev.latchkey.sandbox.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.browser.ConsentBrowser;
import dev.latchkey.sandbox.client.SandboxControl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** A sandbox on a clock of its own and the ways to talk to it. */
public final class Rig implements AutoCloseable {

    public static final String CALLBACK = "http://127.0.0.1:1/callback?tenant=a";

    private static final JsonMapper MAPPER = new JsonMapper();

    private final MutableClock clock = new MutableClock();
    private final Sandbox sandbox = Sandbox.start(SandboxConfig.defaults().withClock(clock));
    private final SandboxControl control = new SandboxControl(sandbox.baseUri());
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    public MutableClock clock() {
        return clock;
    }

    public SandboxControl control() {
        return control;
    }

    public String base() {
        return sandbox.baseUri().toString();
    }

    public URI uri(String pathAndQuery) {
        return URI.create(sandbox.baseUri() + pathAndQuery);
    }

    /** Any request; headers are names and values in turn. */
    public Answer send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(60))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** POST of a form. */
    public Answer post(String path, String form, String... headers) {
        String[] all = new String[headers.length + 2];
        all[0] = "Content-Type";
        all[1] = "application/x-www-form-urlencoded";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return send("POST", path, form, all);
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    /** A person allows; the result is the address the browser is sent to. */
    public URI consent(String authorizePath, String query, String user) {
        ConsentBrowser browser = new ConsentBrowser();
        browser.get(uri(authorizePath + "?" + query));
        browser.allow(user);
        return browser.location()
                .orElseThrow(() -> new AssertionError(browser.page().toString()));
    }

    /** A person allows; the result is the code. */
    public String code(String authorizePath, String query, String user) {
        return parameter(consent(authorizePath, query, user), "code");
    }

    public static String parameter(URI uri, String name) {
        for (String pair : uri.getRawQuery().split("&", -1)) {
            if (pair.startsWith(name + "=")) {
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        throw new AssertionError("no " + name + " in " + uri);
    }

    public static String enc(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    public static String basic(String id, String secret) {
        return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    static JsonNode json(byte[] body) {
        try {
            return MAPPER.readTree(body);
        } catch (IOException malformed) {
            throw new AssertionError(new String(body, StandardCharsets.UTF_8), malformed);
        }
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
