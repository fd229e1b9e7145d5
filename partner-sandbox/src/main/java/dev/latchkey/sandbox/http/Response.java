package dev.latchkey.sandbox.http;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An answer that is complete in memory. Immutable; the body is never handed out for writing. */
public final class Response {

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;
    private final Optional<String> rejection;
    private final List<String> cookies;

    private Response(
            int status, Map<String, String> headers, byte[] body, Optional<String> rejection, List<String> cookies) {
        this.status = status;
        this.headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        this.body = body;
        this.rejection = rejection;
        this.cookies = List.copyOf(cookies);
    }

    /** Any status, any bytes. */
    public static Response of(int status, byte[] body) {
        return new Response(status, Map.of(), body.clone(), Optional.empty(), List.of());
    }

    /** JSON that must not be cached (RFC 6749 s.5.1). */
    public static Response json(int status, String json) {
        return of(status, json.getBytes(StandardCharsets.UTF_8))
                .with("Content-Type", "application/json")
                .with("Cache-Control", "no-store")
                .with("Pragma", "no-cache");
    }

    /**
     * A page for a person. There is no {@code form-action} in the policy on purpose: browsers apply it to the
     * redirect that follows a form, which here always leaves for the client's own address.
     */
    public static Response html(int status, String html) {
        return of(status, html.getBytes(StandardCharsets.UTF_8))
                .with("Content-Type", "text/html; charset=utf-8")
                .with("Cache-Control", "no-store")
                .with("X-Content-Type-Options", "nosniff")
                .with("Referrer-Policy", "no-referrer")
                .with(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    }

    /** A redirect that turns any method into GET (RFC 9700 s.4.12). */
    public static Response seeOther(String location) {
        return of(303, new byte[0]).with("Location", location).with("Cache-Control", "no-store");
    }

    /** An answer without a body. */
    public static Response empty(int status) {
        return of(status, new byte[0]);
    }

    /** The JSON error of RFC 6749 s.5.2, counted as a rejection. */
    public static Response refusal(Refusal refusal) {
        return json(refusal.status(), StrictJson.error(refusal.error(), refusal.reason()))
                .rejected(refusal.reason());
    }

    /** The same answer with one header more. */
    public Response with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Response(status, more, body, rejection, cookies);
    }

    /** The same answer, marked as a rejection for the counters. */
    public Response rejected(String reason) {
        return new Response(status, headers, body, Optional.of(reason), cookies);
    }

    /** The same answer with these {@code Set-Cookie} fields, one a cookie (RFC 6265 s.3). */
    public Response withCookies(List<String> lines) {
        return new Response(status, headers, body, rejection, lines);
    }

    /** The values of its {@code Set-Cookie} fields. */
    public List<String> cookies() {
        return cookies;
    }

    public int status() {
        return status;
    }

    public Map<String, String> headers() {
        return headers;
    }

    public byte[] body() {
        return body.clone();
    }

    /** Why the request was rejected, if it was. */
    public Optional<String> rejection() {
        return rejection;
    }
}
