package dev.latchkey.hygiene;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.problem.ProblemType;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Says what is wrong with the answer to a bad request, and collects it. Thread-safe. */
final class Judge {

    /** Words of our insides that no caller may read. */
    private static final Pattern INSIDES = Pattern.compile("Exception|\\b(java|javax|jakarta|sun|jdk)\\.[a-z]"
            + "|dev\\.latchkey\\.|\\b(io|org|com)\\.[a-z]+\\.[a-zA-Z]|\\tat |\\.java:|(?i:psql|hibernate|jackson"
            + "|\\bselect\\b.*\\bfrom\\b|insert into|violates|constraint|sqlstate)");

    private static final Set<String> CODES =
            Arrays.stream(ProblemType.values()).map(ProblemType::code).collect(Collectors.toSet());
    private static final JsonMapper JSON = new JsonMapper();

    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

    /** What came back, whoever fetched it. */
    record Reply(int status, String contentType, String cacheControl, String head, String body) {}

    Queue<String> complaints() {
        return complaints;
    }

    /** A refusal as it should be: of the form that its reader expects, and silent about us and about what was sent. */
    void refused(DocumentedCalls.Call call, String what, Reply reply) {
        tells(reply).or(() -> form(call, reply)).ifPresent(wrong -> complain(call, what, reply, wrong));
    }

    /** The same where a list may be answered as well. */
    void harmless(DocumentedCalls.Call call, String what, Reply reply) {
        if (reply.status() == 200) {
            silent(call, what, reply);
        } else {
            refused(call, what, reply);
        }
    }

    /** Says nothing about us and nothing that was sent, whatever it is. */
    void silent(DocumentedCalls.Call call, String what, Reply reply) {
        tells(reply).ifPresent(wrong -> complain(call, what, reply, wrong));
    }

    void expect(DocumentedCalls.Call call, String what, Reply reply, Integer... statuses) {
        if (!Set.of(statuses).contains(reply.status())) {
            complain(call, what, reply, "not one of " + Arrays.toString(statuses));
        }
    }

    private void complain(DocumentedCalls.Call call, String what, Reply reply, String wrong) {
        String body = reply.body().substring(0, Math.min(300, reply.body().length()));
        complaints.add(call.name() + ", " + what + ": " + wrong + ": " + reply.status() + " " + body);
    }

    private static Optional<String> tells(Reply reply) {
        if (reply.body().contains(BadBodies.MARK) || reply.head().contains(BadBodies.MARK)) {
            return Optional.of("echoes what was sent");
        }
        return INSIDES.matcher(reply.body()).results().findFirst().map(it -> "tells of " + it.group());
    }

    private static Optional<String> form(DocumentedCalls.Call call, Reply reply) {
        if (reply.status() < 400 || reply.status() > 499) {
            return Optional.of("no refusal");
        }
        if (call.isBrowsers() && reply.contentType().startsWith("text/html")) {
            return CODES.stream().anyMatch(reply.body()::contains) ? Optional.empty() : Optional.of("no code");
        }
        String wanted = call.isOAuth() ? "application/json" : "application/problem+json";
        if (call.isBrowsers() || !reply.contentType().toLowerCase(Locale.ROOT).startsWith(wanted)) {
            return Optional.of("is of type " + reply.contentType());
        }
        if (!reply.cacheControl().contains("no-store")) {
            return Optional.of("may be cached");
        }
        return json(call, reply);
    }

    private static Optional<String> json(DocumentedCalls.Call call, Reply reply) {
        try {
            JsonNode json = JSON.readTree(reply.body());
            if (call.isOAuth()) {
                return json.path("error").isTextual() ? Optional.empty() : Optional.of("no error");
            }
            boolean known = CODES.contains(json.path("code").asText())
                    && json.path("status").asInt() == reply.status();
            return known ? Optional.empty() : Optional.of("no code of the catalogue");
        } catch (IOException e) {
            return Optional.of("no JSON");
        }
    }
}
