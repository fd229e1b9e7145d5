package dev.latchkey.connection;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.time.Instant;
import java.util.Optional;

/** Why an app may not use a connection, whatever it wants it for: one rule for tokens, signatures and the proxy. */
public final class UseRefusal {

    private UseRefusal() {}

    /** The refusal at the given time; empty if the app has a grant on the connection and the connection is active. */
    public static Optional<BrokerException> of(Connection connection, String app, Instant now) {
        // An ended connection is as unknown as a foreign one (R104, R160).
        if (connection.grantOf(app).isEmpty() || connection.status() == ConnectionStatus.REVOKED) {
            return Optional.of(BrokerException.notFound());
        }
        if (connection.status() == ConnectionStatus.NEEDS_REAUTH) {
            return Optional.of(new BrokerException(ProblemType.NEEDS_REAUTH, "The user has to connect again.")
                    .with("reason", connection.reason().orElse("invalid_grant"))
                    .with("reconnect", "/api/v1/connections/" + connection.id() + "/connect-url"));
        }
        boolean expired = connection.isExpiredAt(now);
        if (connection.status() != ConnectionStatus.ACTIVE || expired) {
            ConnectionStatus shown = expired ? ConnectionStatus.EXPIRED : connection.status();
            return Optional.of(new BrokerException(ProblemType.CONNECTION_NOT_ACTIVE, "The connection is not active.")
                    .with("connection_status", shown.wireName()));
        }
        return Optional.empty();
    }
}
