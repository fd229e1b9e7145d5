package dev.latchkey.handshake;

import dev.latchkey.connection.ConnectionLifecycle.NewCredential;
import dev.latchkey.vault.Credential;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Decides when a credential is renewed ahead of its end, spread out so that many do not fall due together (R17). */
@ApplicationScoped
public class RefreshPlan {

    /** Access tokens with a shorter lifetime are not renewed ahead: most would expire before an app asks for one. */
    private static final Duration SHORTEST = Duration.ofSeconds(60);
    /** How often such a credential is renewed all the same, so that its refresh token does not expire unused. */
    private static final Duration KEEP_ALIVE = Duration.ofHours(1);

    private final SecureRandom random;

    RefreshPlan(SecureRandom random) {
        this.random = random;
    }

    /** What PostgreSQL keeps of a credential that the vault holds at a version. */
    public NewCredential credentialState(Credential credential, int kvVersion) {
        return switch (credential) {
            case Credential.ShortLived held ->
                new NewCredential(kvVersion, Optional.of(held.expiresAt()), Optional.of(dueAt(held)), held.scopes());
            case Credential.OAuth1 tokens -> NewCredential.lasting(kvVersion, credential.scopes());
            case Credential.Registered registered -> NewCredential.lasting(kvVersion, credential.scopes());
        };
    }

    /** After 70 % to 80 % of the lifetime; much later if the lifetime is very short. */
    private Instant dueAt(Credential.ShortLived tokens) {
        Duration life = Duration.between(tokens.issuedAt(), tokens.expiresAt());
        if (life.isNegative()) {
            // It never lived: it was brought along, or its first login failed. The first renewal proves what it is
            // worth.
            return tokens.issuedAt();
        }
        if (life.compareTo(SHORTEST) < 0) {
            return tokens.issuedAt().plus(KEEP_ALIVE);
        }
        double share = 0.7 + 0.1 * random.nextDouble();
        return tokens.issuedAt().plusMillis((long) (life.toMillis() * share));
    }
}
