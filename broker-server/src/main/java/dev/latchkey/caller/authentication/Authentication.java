package dev.latchkey.caller.authentication;

import dev.latchkey.caller.ProvenCaller;
import dev.latchkey.caller.app.AppChanged;
import dev.latchkey.caller.issuer.BearerTokens;
import dev.latchkey.caller.issuer.DisabledPrincipals;
import dev.latchkey.caller.issuer.IdentityConfig;
import dev.latchkey.caller.issuer.Principal;
import dev.latchkey.caller.limit.Attempt;
import dev.latchkey.caller.limit.FailedAuthentications;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Finds out who a presented credential belongs to. Thread-safe; {@link #prove} blocks, {@link #known} does not. */
@Singleton
final class Authentication {

    /** How long an app's secret or a password is relied on; a change of an app ends at once what this process knows of secrets. */
    private static final Duration BASIC_LIFE = Duration.ofMinutes(1);

    /** Of {@code admin} and {@code approver}: their passwords depend on no app and no issuer. */
    private final VerifiedCredentials passwords;

    private final VerifiedCredentials appsAndTokens;
    private final FailedAuthentications failures;
    private final IdentityConfig identity;
    private final LocalUsers users;
    private final AppSecrets apps;
    private final BearerTokens tokens;
    private final DisabledPrincipals disabled;
    private final Clock clock;

    Authentication(
            FailedAuthentications failures,
            IdentityConfig identity,
            LocalUsers users,
            AppSecrets apps,
            BearerTokens tokens,
            DisabledPrincipals disabled,
            Clock clock) {
        this.passwords = new VerifiedCredentials(clock);
        this.appsAndTokens = new VerifiedCredentials(clock);
        this.failures = failures;
        this.identity = identity;
        this.users = users;
        this.apps = apps;
        this.tokens = tokens;
        this.disabled = disabled;
        this.clock = clock;
        tokens.whenKeysChange(appsAndTokens::forgetAll);
        disabled.whenChanged(appsAndTokens::forgetAll);
        disabled.whenChanged(passwords::forgetAll);
    }

    private record Proof(ProvenCaller caller, Instant until) {}

    /** Who it is, if this credential was verified a short while ago and nobody can have been disabled since. */
    Optional<ProvenCaller> known(PresentedCredential credential) {
        return disabled.isFresh() ? memoryFor(credential).find(credential.fingerprintOf()) : Optional.empty();
    }

    /**
     * Verifies the credential.
     *
     * @throws BrokerException {@code unauthenticated} or {@code invalid_token} if it proves nothing, {@code
     *     rate_limited} if too many from there did so
     */
    ProvenCaller prove(PresentedCredential credential, Attempt attempt) {
        disabled.refresh();
        return memoryFor(credential).find(credential.fingerprintOf()).orElseGet(() -> verify(credential, attempt));
    }

    /** A password hash is costly, and is not to be paid for again by everybody after each change of some app. */
    private VerifiedCredentials memoryFor(PresentedCredential credential) {
        return credential instanceof PresentedCredential.Basic basic && users.knows(basic.name())
                ? passwords
                : appsAndTokens;
    }

    private ProvenCaller verify(PresentedCredential credential, Attempt attempt) {
        failures.check(attempt);
        VerifiedCredentials memory = memoryFor(credential);
        long generation = memory.generation();
        try {
            Proof proof = switch (credential) {
                case PresentedCredential.Basic basic -> basic(basic, attempt);
                case PresentedCredential.Bearer bearer -> bearer(bearer);
            };
            memory.remember(credential.fingerprintOf(), proof.caller(), proof.until(), generation);
            return proof.caller();
        } catch (BrokerException e) {
            if (e.type().status() == 401) {
                failures.record(
                        attempt, e.type(), credential instanceof PresentedCredential.Basic ? "basic" : "bearer");
            }
            throw e;
        }
    }

    void onAppChanged(@Observes(during = TransactionPhase.AFTER_SUCCESS) AppChanged change) {
        appsAndTokens.forgetAll();
    }

    private Proof basic(PresentedCredential.Basic basic, Attempt attempt) {
        if (!identity.basicAccepted()) {
            throw new BrokerException(ProblemType.UNAUTHENTICATED, "Only bearer tokens are accepted here.");
        }
        Instant until = clock.instant().plus(BASIC_LIFE);
        if (users.knows(basic.name())) {
            return new Proof(users.prove(basic, () -> failures.check(attempt)), until);
        }
        AppSecrets.Proof proof = apps.prove(basic);
        if (disabled.contains(Principal.client(proof.app().name()))) {
            throw new BrokerException(ProblemType.UNAUTHENTICATED, "The app is disabled at the identity provider.");
        }
        return new Proof(proof.app(), proof.until().isBefore(until) ? proof.until() : until);
    }

    private Proof bearer(PresentedCredential.Bearer bearer) {
        BearerTokens.Proof proof = tokens.prove(bearer.secret());
        return new Proof(proof.caller(), proof.until());
    }
}
