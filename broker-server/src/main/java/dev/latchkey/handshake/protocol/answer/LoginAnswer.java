package dev.latchkey.handshake.protocol.answer;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SessionCookie;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the answer to a login means to us. */
public sealed interface LoginAnswer {

    /**
     * A session.
     *
     * @param cookies what authenticates a request from now on, at least one
     * @param issuedAt when the answer was read
     * @param expiresAt when the session ends at the latest
     */
    record LoggedIn(List<SessionCookie> cookies, Instant issuedAt, Instant expiresAt) implements LoginAnswer {

        /** As a credential, with the key by which a new one is had if it is not our own account's. */
        public Credential.Session session(Optional<Secret> keyFile) {
            return new Credential.Session(keyFile, cookies, issuedAt, expiresAt);
        }
    }

    /** The partner does not accept the key. */
    record KeyRefused() implements LoginAnswer {}

    /**
     * Anything else: nothing is known about the key.
     *
     * @param problem what a caller is told
     * @param sent whether the partner may have acted on the request
     */
    record Unusable(BrokerException problem, boolean sent) implements LoginAnswer {}

    /** The session of our own account; every other answer as a problem. */
    default LoggedIn orThrow() {
        return switch (this) {
            case LoggedIn loggedIn -> loggedIn;
            case KeyRefused refused ->
                throw new BrokerException(ProblemType.PARTNER_MISCONFIGURED, "The partner refuses our key.");
            case Unusable unusable -> throw unusable.problem();
        };
    }
}
