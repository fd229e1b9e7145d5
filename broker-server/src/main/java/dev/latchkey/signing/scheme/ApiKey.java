package dev.latchkey.signing.scheme;

import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;

/** The API key of a registration, and the secret that belongs to it. */
record ApiKey(Secret key, Secret secret) {

    /** {@code partner_misconfigured} if the registration has none. */
    static ApiKey of(HandshakeContext context) {
        return new ApiKey(field(context, "api_key"), field(context, "api_secret"));
    }

    private static Secret field(HandshakeContext context, String name) {
        return context.client()
                .get(name)
                .orElseThrow(() -> new BrokerException(
                        ProblemType.PARTNER_MISCONFIGURED, "The registration has no " + name + "."));
    }
}
