package dev.latchkey.sandbox.oauth2.grant;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A code and what it is bound to. Single use: the second one to come gets nothing and is told whose tokens to end. */
public final class AuthorizationCode {

    /** What the code stands for; {@code challenge} is the S256 challenge (RFC 7636). */
    public record Binding(Family.Subject subject, String redirectUri, Optional<String> challenge, Instant expires) {}

    private final Binding binding;
    private boolean spent;
    private @Nullable Family family;

    AuthorizationCode(Binding binding) {
        this.binding = binding;
    }

    public Binding binding() {
        return binding;
    }

    /**
     * Spends the code. It stays spent even if {@code first} refuses, so that a thief has one guess.
     *
     * @return the new family, or empty if the code had been spent; its family is dead then (RFC 6749 s.4.1.2)
     */
    public synchronized Optional<Family> redeem(Supplier<Family> first) {
        if (spent) {
            if (family != null) {
                family.kill("authorization code reuse");
            }
            return Optional.empty();
        }
        spent = true;
        Family opened = first.get();
        family = opened;
        return Optional.of(opened);
    }
}
