package dev.latchkey.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes a problem in the form that its reader expects: RFC 9457 for programs, RFC 6749 section 5.2 for OAuth clients, a
 * page for browsers. Thread-safe.
 */
@Singleton
public final class ProblemWriter {

    /** Tells an app that an answer of the proxy is ours: a partner may well answer problem documents of its own. */
    private static final String MARK = "Latchkey-Error";

    private static final String ALLOW = "Allow";

    private final ObjectMapper json;
    private final AuthenticationChallenges challenges;

    ProblemWriter(ObjectMapper json, AuthenticationChallenges challenges) {
        this.json = json;
        this.challenges = challenges;
    }

    /** Ends the response with the problem, unless it has begun already; then the connection is cut. */
    public void send(RoutingContext context, BrokerException problem) {
        if (context.response().ended()) {
            return;
        }
        if (context.response().headWritten()) {
            context.response().reset();
            return;
        }
        ProblemAnswer answer = answer(context, problem);
        context.response().setStatusCode(answer.status());
        answer.headers().forEach((name, values) -> context.response().putHeader(name, values));
        context.response().end(answer.body());
    }

    /** The problem as it goes to the caller of the request. */
    ProblemAnswer answer(RoutingContext context, BrokerException problem) {
        String path = Objects.requireNonNullElse(context.request().path(), "");
        ProblemAnswer answer = switch (Surface.of(path)) {
            case API -> problemJson(problem, RequestId.of(context));
            case OAUTH -> oauth(problem);
            case BROWSER -> page(problem, RequestId.of(context));
        };
        if (problem.type() == ProblemType.METHOD_NOT_ALLOWED
                && !context.response().headers().contains(ALLOW)) {
            return answer.with(ALLOW, String.join(", ", AllowedMethods.at(path)));
        }
        return answer;
    }

    private ProblemAnswer problemJson(BrokerException problem, String requestId) {
        ProblemType type = problem.type();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", type.documentation().toString());
        members.put("title", type.title());
        members.put("status", type.status());
        members.put("detail", problem.publicDetail());
        members.put("instance", "urn:uuid:" + requestId);
        members.put("code", type.code());
        problem.extensions().forEach(members::putIfAbsent);
        Map<String, List<String>> headers = headers(problem, "application/problem+json");
        headers.put(MARK, List.of(type.code()));
        return new ProblemAnswer(type.status(), headers, text(members));
    }

    private ProblemAnswer oauth(BrokerException problem) {
        ProblemType type = problem.type();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("error", type.oauthCode().wireName());
        members.put("error_description", oauthText(problem.publicDetail()));
        members.put("error_uri", type.documentation().toString());
        return new ProblemAnswer(oauthStatus(type), headers(problem, "application/json"), text(members));
    }

    private ProblemAnswer page(BrokerException problem, String requestId) {
        HtmlPage page = HtmlPage.titled(problem.type().title())
                .paragraph(problem.publicDetail())
                .paragraph("Code: " + problem.type().code())
                .paragraph("Request: " + requestId);
        Map<String, List<String>> headers = headers(problem, HtmlPage.MEDIA_TYPE);
        HtmlPage.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        return new ProblemAnswer(problem.type().status(), headers, page.render());
    }

    private Map<String, List<String>> headers(BrokerException problem, String mediaType) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("Content-Type", List.of(mediaType));
        headers.put("Cache-Control", List.of("no-store"));
        problem.retryAfter().ifPresent(delay -> {
            long seconds = Math.max(1, delay.plusMillis(999).toSeconds());
            headers.put("Retry-After", List.of(Long.toString(seconds)));
        });
        if (problem.type().status() == 401) {
            headers.put("WWW-Authenticate", challenges.challenges(problem.type()));
        }
        return headers;
    }

    /** RFC 6749 section 5.2 fixes the status of its codes; what HTTP itself refuses keeps the status of HTTP. */
    private static int oauthStatus(ProblemType type) {
        return switch (type.status()) {
            case 400, 401, 403, 404, 409, 422 -> type.oauthCode().status();
            default -> type.status();
        };
    }

    /** RFC 6749 section 5.2: no quotation mark, no backslash, nothing outside printable ASCII. */
    private static String oauthText(String detail) {
        return detail.replace('"', '\'').replaceAll("[^\\x20-\\x5B\\x5D-\\x7E]", "?");
    }

    private String text(Map<String, Object> members) {
        try {
            return json.writeValueAsString(members);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem's members are plain values", e);
        }
    }
}
