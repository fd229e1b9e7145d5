package dev.latchkey.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.FormElement;

/**
 * What a person's browser does in a consent: keeps cookies by host (not by port, like a real one), follows redirects,
 * and sends forms of real pages with their hidden fields. Loopback counts as a secure origin, so Secure cookies come
 * back. Runs no script. Not thread-safe: one person, one browser.
 */
public final class WebBrowser implements AutoCloseable {
    private static final int MOST_HOPS = 20;

    private final HttpClient http = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Map<String, HttpCookie> cookies = new LinkedHashMap<>();

    /**
     * Where the browser stands.
     *
     * @param address the address shown
     * @param status HTTP status, 0 where the stop address was reached and not opened
     * @param html the page, empty for status 0
     */
    public record Page(URI address, int status, String html) {
        /** The page's first form. */
        FormElement form() {
            return document().select("form").stream()
                    .filter(FormElement.class::isInstance)
                    .map(FormElement.class::cast)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no form at " + address.getPath() + ": " + status));
        }

        /** The parsed page. */
        public Document document() {
            return Jsoup.parse(html, address.toString());
        }
    }

    /** Opens an address and follows redirects, but does not open addresses that start with {@code stopAt}. */
    public Page open(URI address, URI stopAt) {
        return follow(HttpRequest.newBuilder(address).GET(), address, stopAt);
    }

    /**
     * Sends the page's form: its own fields as they stand, those given replaced or added. A button counts as pressed
     * only where it is given.
     *
     * @param values what the person types
     * @param stopAt prefix of addresses that are not opened
     */
    public Page submit(Page page, Map<String, String> values, URI stopAt) {
        var form = page.form();
        var fields = new LinkedHashMap<String, String>();
        form.formData().forEach(field -> fields.put(field.key(), field.value()));
        form.select("button, input[type=submit]").forEach(unpressed -> fields.remove(unpressed.attr("name")));
        fields.putAll(values);
        var target = page.address().resolve(form.attr("action"));
        var body = fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        var request = HttpRequest.newBuilder(target)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return follow(request, target, stopAt);
    }

    private Page follow(HttpRequest.Builder first, URI from, URI stopAt) {
        var request = first;
        var address = from;
        for (int hop = 0; hop < MOST_HOPS; hop++) {
            if (address.toString().startsWith(stopAt.toString())) {
                return new Page(address, 0, "");
            }
            var response = send(request, address);
            var location = response.headers().firstValue("Location");
            if (response.statusCode() / 100 != 3 || location.isEmpty()) {
                return new Page(address, response.statusCode(), response.body());
            }
            address = address.resolve(location.get());
            request = HttpRequest.newBuilder(address).GET();
        }
        throw new IllegalStateException("more than " + MOST_HOPS + " redirects from " + from.getPath());
    }

    private HttpResponse<String> send(HttpRequest.Builder builder, URI address) {
        var sent = cookiesFor(address);
        if (!sent.isEmpty()) {
            builder.header("Cookie", String.join("; ", sent));
        }
        try {
            var response = http.send(
                    builder.timeout(Duration.ofSeconds(30)).build(),
                    HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            response.headers().allValues("Set-Cookie").forEach(line -> keep(line, address));
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException("no answer from " + address.getPath(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void keep(String line, URI address) {
        for (var cookie : HttpCookie.parse("Set-Cookie: " + line)) {
            if (cookie.getPath() == null || cookie.getPath().isEmpty()) {
                cookie.setPath("/");
            }
            var key = address.getHost() + " " + cookie.getPath() + " " + cookie.getName();
            if (cookie.hasExpired()) {
                cookies.remove(key);
            } else {
                cookies.put(key, cookie);
            }
        }
    }

    private List<String> cookiesFor(URI address) {
        var sent = new ArrayList<String>();
        cookies.forEach((key, cookie) -> {
            if (key.startsWith(address.getHost() + " ") && pathMatches(address, cookie.getPath())) {
                sent.add(cookie.getName() + "=" + cookie.getValue());
            }
        });
        return sent;
    }

    private static boolean pathMatches(URI address, String path) {
        var asked = address.getPath().isEmpty() ? "/" : address.getPath();
        return asked.equals(path) || asked.startsWith(path.endsWith("/") ? path : path + "/");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Closes the connections; cookies are forgotten with the object. */
    @Override
    public void close() {
        http.close();
    }
}
