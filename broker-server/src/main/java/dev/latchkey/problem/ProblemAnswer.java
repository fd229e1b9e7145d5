package dev.latchkey.problem;

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
}
