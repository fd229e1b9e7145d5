package dev.latchkey.problem;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A small page for a person: a title, sentences, perhaps a value to copy. Everything is escaped; there is no script, no
 * link and no form, and the policy in {@link #headers()} would not let any run. Immutable.
 */
public final class HtmlPage {

    /** The media type of {@link #render()}. */
    public static final String MEDIA_TYPE = "text/html;charset=UTF-8";

    private static final String STYLE = "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;"
            + "padding:0 1rem;color:#222;background:#fff}code{display:block;padding:.75rem;background:#f2f2f2;"
            + "overflow-wrap:anywhere}";
    private static final String POLICY = "default-src 'none'; style-src 'sha256-" + sha256(STYLE)
            + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private final String title;
    private final List<String> blocks;

    private HtmlPage(String title, List<String> blocks) {
        this.title = title;
        this.blocks = List.copyOf(blocks);
    }

    /** A page with a title only. */
    public static HtmlPage titled(String title) {
        return new HtmlPage(title, List.of());
    }

    /** The same page with one paragraph more. */
    public HtmlPage paragraph(String text) {
        return plus("<p>" + escape(text) + "</p>");
    }

    /** The same page with a value set apart, such as a handle to copy. */
    public HtmlPage code(String text) {
        return plus("<code>" + escape(text) + "</code>");
    }

    /** The document. */
    public String render() {
        String heading = escape(title);
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width\"><title>" + heading + "</title><style>" + STYLE
                + "</style></head><body><h1>" + heading + "</h1>" + String.join("", blocks) + "</body></html>\n";
    }

    /** What must be sent with it: no framing, no referrer (its address may be a credential), no cache, no script. */
    public static Map<String, String> headers() {
        return Map.of(
                "Content-Security-Policy", POLICY,
                "Referrer-Policy", "no-referrer",
                "Cache-Control", "no-store",
                "X-Content-Type-Options", "nosniff",
                "X-Frame-Options", "DENY");
    }

    private HtmlPage plus(String block) {
        List<String> more = new ArrayList<>(blocks);
        more.add(block);
        return new HtmlPage(title, more);
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isShown(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    /** Control characters and unpaired surrogates are no part of an HTML document. */
    private static boolean isShown(int c) {
        return c == '\n' || !(Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
