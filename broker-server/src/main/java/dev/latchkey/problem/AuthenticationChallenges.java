package dev.latchkey.problem;

import java.util.List;

/** How a caller may prove who it is; known to the feature that owns authentication. */
public interface AuthenticationChallenges {

    /** Values of {@code WWW-Authenticate} (RFC 9110 section 11.6.1) for an answer 401 of the given type. */
    List<String> challenges(ProblemType type);
}
