package dev.latchkey.caller.authentication;

import dev.latchkey.caller.ProvenCaller.ProvenApp;
import dev.latchkey.caller.app.AppIds;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import javax.sql.DataSource;

/** Proves apps by their secrets. Runs outside of any transaction or request scope. Thread-safe. */
@Singleton
final class AppSecrets {

    private static final String QUERY =
            "select secret_sha256, old_secret_sha256, old_secret_ends_at from app where id = ?";

    private static final byte[] NOBODY = new byte[32];

    private final DataSource database;
    private final Clock clock;

    AppSecrets(DataSource database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    private record Digests(byte[] current, byte[] old, Instant oldEndsAt) {}

    /**
     * Who was proven, and until when at most that may be relied on.
     *
     * @param app the app
     * @param until the end of the secret that was used; far away for a current one
     */
    record Proof(ProvenApp app, Instant until) {}

    /** Proves an app; an unknown id takes the same steps as a wrong secret. */
    Proof prove(PresentedCredential.Basic credential) {
        Optional<Digests> known = read(credential.name());
        Digests digests = known.orElseGet(() -> new Digests(NOBODY, NOBODY, Instant.EPOCH));
        boolean current = credential.secret().hasSha256(digests.current());
        boolean old = credential.secret().hasSha256(digests.old());
        boolean oldIsValid = clock.instant().isBefore(digests.oldEndsAt());
        if (known.isEmpty() || !(current || (old && oldIsValid))) {
            throw new BrokerException(ProblemType.UNAUTHENTICATED, "The credentials are not valid.");
        }
        return new Proof(new ProvenApp(credential.name()), current ? Instant.MAX : digests.oldEndsAt());
    }

    private Optional<Digests> read(String id) {
        if (!AppIds.isWellFormed(id)) {
            return Optional.empty();
        }
        try (Connection connection = database.getConnection();
                PreparedStatement query = connection.prepareStatement(QUERY)) {
            query.setString(1, id);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? Optional.of(digests(rows)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new BrokerException(ProblemType.STORE_UNAVAILABLE, "The database cannot be used now.", e);
        }
    }

    private static Digests digests(ResultSet row) throws SQLException {
        byte[] old = row.getBytes(2);
        OffsetDateTime end = row.getObject(3, OffsetDateTime.class);
        return new Digests(row.getBytes(1), old == null ? NOBODY : old, end == null ? Instant.EPOCH : end.toInstant());
    }
}
