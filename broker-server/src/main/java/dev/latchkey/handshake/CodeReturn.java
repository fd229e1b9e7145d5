package dev.latchkey.handshake;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import java.util.Optional;
import java.util.Set;

/** The return of a browser from an authorization endpoint (RFC 6749 section 4.1.2). */
final class CodeReturn {

    /** Section 4.1.2.1; anything else that a partner invents is told as server_error (R83). */
    private static final Set<String> ERROR_CODES = Set.of(
            "access_denied",
            "invalid_request",
            "invalid_scope",
            "unauthorized_client",
            "unsupported_response_type",
            "server_error",
            "temporarily_unavailable");

    private CodeReturn() {}

    static BrowserReturn read(Callback callback) {
        Secret state = callback.get("state").orElseThrow(Handshakes::stateInvalid);
        boolean code = callback.get("code").isPresent();
        Optional<Secret> error = callback.get("error");
        if (code == error.isPresent()) {
            throw new BrokerException(ProblemType.INVALID_REQUEST, "Either a code or an error has to come back.");
        }
        return new BrowserReturn(state, error.map(CodeReturn::known));
    }

    private static String known(Secret error) {
        return ERROR_CODES.stream()
                .filter(code -> Secret.of(code).equals(error))
                .findFirst()
                .orElse("server_error");
    }
}
