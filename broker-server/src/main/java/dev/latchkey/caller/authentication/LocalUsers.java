package dev.latchkey.caller.authentication;

import dev.latchkey.caller.ProvenCaller.ProvenPerson;
import dev.latchkey.caller.Roles;
import dev.latchkey.caller.app.AppIds;
import dev.latchkey.caller.issuer.IdentityConfig;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/** The two people of the embedded default, kept in table {@code local_user}. Thread-safe. */
@Singleton
final class LocalUsers {

    static final String ADMIN = AppIds.ADMIN_USER;
    static final String APPROVER = AppIds.APPROVER_USER;

    private static final Map<String, Set<String>> ROLES = Map.of(
            ADMIN, Set.of(Roles.ADMIN, Roles.APPROVER, Roles.AUDITOR),
            APPROVER, Set.of(Roles.APPROVER, Roles.AUDITOR));

    private final DataSource database;
    private final SecureRandom random;
    private final SecretGenerator generator;
    private final IdentityConfig identity;
    private final Map<String, Optional<Secret>> configured;
    /** One hash at a time: guessing costs the guesser's patience, not our processors. */
    private final ReentrantLock hashing = new ReentrantLock(true);

    LocalUsers(
            DataSource database,
            SecureRandom random,
            SecretGenerator generator,
            IdentityConfig identity,
            AdminConfig admin,
            ApproverConfig approver) {
        this.database = database;
        this.random = random;
        this.generator = generator;
        this.identity = identity;
        this.configured = Map.of(
                ADMIN, admin.password().map(Secret::of),
                APPROVER, approver.password().map(Secret::of));
    }

    /** Sets the configured passwords; makes up and prints those that were never set. */
    void prepare(@Observes StartupEvent starting) {
        if (identity.basicAccepted()) {
            configured.forEach((name, secret) -> secret.ifPresentOrElse(given -> set(name, given), () -> makeUp(name)));
        }
    }

    boolean knows(String name) {
        return ROLES.containsKey(name);
    }

    /**
     * Proves one of the two.
     *
     * @param stillAllowed asked when the turn has come, since others may have failed meanwhile; throws if not
     */
    ProvenPerson prove(PresentedCredential.Basic credential, Runnable stillAllowed) {
        Set<String> roles = ROLES.get(credential.name());
        Optional<PasswordHash> hash = read(credential.name());
        hashing.lock();
        try {
            stillAllowed.run();
            if (roles == null
                    || !hash.filter(it -> it.matches(credential.secret())).isPresent()) {
                throw new BrokerException(ProblemType.UNAUTHENTICATED, "The credentials are not valid.");
            }
            return new ProvenPerson(credential.name(), roles);
        } finally {
            hashing.unlock();
        }
    }

    private void set(String name, Secret given) {
        if (!read(name).filter(known -> known.matches(given)).isPresent()) {
            write(name, PasswordHash.of(given, random), "do update set password_hash = excluded.password_hash");
        }
    }

    private void makeUp(String name) {
        if (read(name).isPresent()) {
            return;
        }
        Secret made = generator.next();
        if (write(name, PasswordHash.of(made, random), "do nothing")) {
            // Standard output and not the log: this is the one place where it is shown.
            System.out.println("latchkey user " + name + ", password " + made.reveal(Purpose.SHOW_ONCE));
        }
    }

    private Optional<PasswordHash> read(String name) {
        try (Connection connection = database.getConnection();
                PreparedStatement query =
                        connection.prepareStatement("select password_hash from local_user where name = ?")) {
            query.setString(1, name);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? Optional.of(new PasswordHash(rows.getString(1))) : Optional.empty();
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    private boolean write(String name, PasswordHash hash, String onConflict) {
        String insert = "insert into local_user (name, password_hash) values (?, ?) on conflict (name) " + onConflict;
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(insert)) {
            statement.setString(1, name);
            statement.setString(2, hash.text());
            return statement.executeUpdate() == 1;
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    private static BrokerException unavailable(SQLException cause) {
        return new BrokerException(ProblemType.STORE_UNAVAILABLE, "The database cannot be used now.", cause);
    }
}
