package dev.latchkey.sandbox.fault;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.http.StrictJson;
import java.util.Optional;

/** The edits that wait for one request. The first call uses one up; ask only when the answer is about to be given. */
public interface Edits {

    /** The next edit of a JSON answer. */
    Optional<AnswerEdit> answer();

    /** The next edit of an authorization response. */
    Optional<IssEdit> iss();

    /** The JSON answer with the next edit applied, if one waits. */
    default String edited(ObjectNode answer) {
        return answer().map(edit -> edit.applyTo(answer)).orElseGet(() -> StrictJson.write(answer));
    }
}
