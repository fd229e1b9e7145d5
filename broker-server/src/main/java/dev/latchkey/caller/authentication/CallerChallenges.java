package dev.latchkey.caller.authentication;

import dev.latchkey.caller.issuer.IdentityConfig;
import dev.latchkey.problem.AuthenticationChallenges;
import dev.latchkey.problem.ProblemType;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/** Names the schemes that are switched on. */
@Singleton
final class CallerChallenges implements AuthenticationChallenges {

    private final IdentityConfig identity;

    CallerChallenges(IdentityConfig identity) {
        this.identity = identity;
    }

    @Override
    public List<String> challenges(ProblemType type) {
        if (type == ProblemType.INVALID_TOKEN) {
            return List.of("Bearer realm=\"latchkey\", error=\"invalid_token\"");
        }
        List<String> schemes = new ArrayList<>();
        if (identity.issuer().isPresent()) {
            schemes.add("Bearer realm=\"latchkey\"");
        }
        if (identity.basicAccepted()) {
            schemes.add("Basic realm=\"latchkey\", charset=\"UTF-8\"");
        }
        return schemes.isEmpty() ? List.of("Bearer realm=\"latchkey\"") : schemes;
    }
}
