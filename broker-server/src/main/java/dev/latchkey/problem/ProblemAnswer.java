package dev.latchkey.problem;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A rendered refusal or failure, ready to be sent.
 *
 * @param status the HTTP status
 * @param headers header fields, {@code Content-Type} among them
 * @param body the text of the body
 */
record ProblemAnswer(int status, Map<String, List<String>> headers, String body) {

    /** Copies. */
    ProblemAnswer {
        headers = Map.copyOf(headers);
    }

    /** The same with a further header field. */
    ProblemAnswer with(String name, String value) {
        Map<String, List<String>> more = new LinkedHashMap<>(headers);
        more.put(name, List.of(value));
        return new ProblemAnswer(status, more, body);
    }
}
