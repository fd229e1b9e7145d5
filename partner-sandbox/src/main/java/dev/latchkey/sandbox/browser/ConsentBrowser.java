package dev.latchkey.sandbox.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One person's browser: it keeps cookies, sends forms, and follows a redirect only when told to, so that a test sees
 * every step. Not thread-safe; two of them are two people.
 */
public final class ConsentBrowser {

    private static final int MOST_REDIRECTS = 20;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final CookieJar cookies;
    private Optional<Page> page = Optional.empty();
    private Optional<String> sentForm = Optional.empty();

    /** A browser without cookies, on the system's clock. */
    public ConsentBrowser() {
        this(InstantSource.system());
    }

    /** A browser whose cookies age by this clock. */
    public ConsentBrowser(InstantSource clock) {
        this.cookies = new CookieJar(clock);
    }

    /** Types an address. */
    public Page get(URI uri) {
        return send(uri, Optional.empty(), Optional.empty());
    }

    /** Sends the first form of the page; {@code fields} add to what the form holds or replace it. */
    public Page submit(Map<String, String> fields) {
        Form first = page().forms().stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no form on " + page()));
        return submit(first, fields);
    }

    /** Sends a form; {@code fields} add to what it holds or replace it. */
    public Page submit(Form form, Map<String, String> fields) {
        Map<String, String> all = new LinkedHashMap<>(form.fields());
        all.putAll(fields);
        if (form.method().equals("POST")) {
            return send(form.action(), Optional.of(Addresses.form(all)), Optional.of(Addresses.origin(page().uri())));
        }
        return get(Addresses.resolve(form.action(), "?" + Addresses.form(all)));
    }

    /** Logs in on the sandbox's consent page and clicks Allow. */
    public Page allow(String user) {
        return submit(Map.of("user", user, "decision", "allow"));
    }

    /** Clicks Deny on the sandbox's consent page. */
    public Page deny() {
        return submit(Map.of("decision", "deny"));
    }

    /** Follows the redirect of the current page; 307 and 308 send the form again. */
    public Page follow() {
        URI target = location().orElseThrow(() -> new IllegalStateException("no redirect on " + page()));
        boolean again = page().status() == 307 || page().status() == 308;
        return send(target, again ? sentForm : Optional.empty(), Optional.of(Addresses.origin(page().uri())));
    }

    /** Follows redirects as long as they point to where {@code inside} holds; the last page may hold one more. */
    public Page followWhile(Predicate<URI> inside) {
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            if (location().filter(inside).isEmpty()) {
                return page();
            }
            follow();
        }
        throw new IllegalStateException("more than " + MOST_REDIRECTS + " redirects, last " + location());
    }

    /** Follows redirects until one leaves the addresses that start with this prefix. */
    public Page followWithin(String prefix) {
        return followWhile(uri -> uri.toString().startsWith(prefix));
    }

    /** Follows every redirect. */
    public Page followAll() {
        return followWhile(uri -> true);
    }

    /** The current page. */
    public Page page() {
        return page.orElseThrow(() -> new IllegalStateException("no page yet"));
    }

    /** Where the current page redirects to, if it does. */
    public Optional<URI> location() {
        return page.flatMap(Page::location);
    }

    /** The cookies that would be sent to an address. */
    public Map<String, String> cookies(URI uri) {
        return Map.copyOf(cookies.sentTo(uri));
    }

    /** Sets a cookie by hand, on the whole host. */
    public void setCookie(URI origin, String name, String value) {
        cookies.put(origin, name, value);
    }

    /** Deletes a cookie of a host. */
    public void dropCookie(URI origin, String name) {
        cookies.remove(origin, name);
    }

    /** Deletes all cookies. */
    public void dropCookies() {
        cookies.clear();
    }

    private Page send(URI uri, Optional<String> form, Optional<String> origin) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(30))
                .header("User-Agent", "ConsentBrowser/1")
                .header("Accept", "text/html,*/*;q=0.8");
        String sent = cookies.sentTo(uri).entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
        if (!sent.isEmpty()) {
            request.header("Cookie", sent);
        }
        form.ifPresent(body -> {
            request.header("Content-Type", "application/x-www-form-urlencoded").POST(BodyPublishers.ofString(body));
            origin.ifPresent(value -> request.header("Origin", value));
        });
        HttpResponse<String> response = exchange(request.build());
        response.headers().allValues("set-cookie").forEach(line -> cookies.store(uri, line));
        Page received = new Page(uri, response.statusCode(), response.headers().map(), response.body());
        page = Optional.of(received);
        sentForm = form;
        return received;
    }

    private HttpResponse<String> exchange(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }
}
