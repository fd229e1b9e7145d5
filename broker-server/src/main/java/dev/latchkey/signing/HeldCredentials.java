package dev.latchkey.signing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.latchkey.audit.Actor;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionEnded;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.refresh.AccessTokens;
import dev.latchkey.refresh.HeldToken;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.CredentialCodec;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** The credentials that requests are sent or signed with: tokens as they are handed out, others from the vault. Thread-safe. */
@ApplicationScoped
class HeldCredentials {

    private static final int MOST_HELD = 100_000;
    /** What nobody uses does not stay in memory (R154). */
    private static final Duration IDLE = Duration.ofMinutes(10);

    private final AccessTokens tokens;
    private final CredentialVault vault;
    private final Cache<UUID, Lasting> lasting =
            Caffeine.newBuilder().maximumSize(MOST_HELD).expireAfterAccess(IDLE).build();

    HeldCredentials(AccessTokens tokens, CredentialVault vault) {
        this.tokens = tokens;
        this.vault = vault;
    }

    /**
     * What authenticates a request.
     *
     * @param credential the connection's credential
     * @param token the same as what can be renewed, where it can
     */
    record Held(Credential credential, Optional<HeldToken> token) {}

    /** A credential that has no life of its own, at the version that PostgreSQL knew. */
    private record Lasting(Credential credential, int kvVersion) {}

    /** A token or session, renewed if it is near its end; for an active connection. */
    Held shortLived(Connection connection, Actor actor) {
        HeldToken token = tokens.get(connection, Duration.ZERO, actor);
        return new Held(token.credential(), Optional.of(token));
    }

    /**
     * A credential in the place of one that the partner refused; none if it is refused for another reason, or if it is too
     * new to be at fault.
     */
    Optional<Held> renewed(Connection connection, Held refused, Actor actor) {
        return refused.token()
                .flatMap(token -> tokens.renewAfterRefusal(connection, token, actor))
                .map(token -> new Held(token.credential(), Optional.of(token)));
    }

    /** What signs, for an active connection; {@code vault_unavailable} if the vault does not have it. */
    Held lasting(Connection connection) {
        int version = connection.credential().kvVersion();
        Lasting known = lasting.getIfPresent(connection.id());
        if (known == null || known.kvVersion() != version) {
            known = vault.read(VaultPath.connection(connection.id()), version)
                    .filter(stored -> stored.version() >= version)
                    .map(stored -> new Lasting(CredentialCodec.decode(stored.fields()), version))
                    .orElseThrow(() -> new BrokerException(
                            ProblemType.VAULT_UNAVAILABLE, "The connection's credential cannot be read."));
            lasting.put(connection.id(), known);
        }
        return new Held(known.credential(), Optional.empty());
    }

    void forget(@Observes(during = TransactionPhase.AFTER_SUCCESS) ConnectionEnded ended) {
        lasting.invalidate(ended.id());
    }
}
