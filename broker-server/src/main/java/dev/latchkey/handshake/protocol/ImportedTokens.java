package dev.latchkey.handshake.protocol;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.handshake.protocol.answer.TokenLifetime;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.Credential;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Tokens that were issued to another system of ours before. Thread-safe. */
@ApplicationScoped
class ImportedTokens {

    /** The names of RFC 6749 section 5.1. */
    static final Set<String> FIELDS = Set.of("access_token", "refresh_token", "expires_in");

    /** Stands where an access token will stand after the first renewal; it has ended before it began. */
    private static final Secret NONE_YET = Secret.of("not-issued-yet");

    private final Clock clock;

    ImportedTokens(Clock clock) {
        this.clock = clock;
    }

    /**
     * The tokens as a credential. A refresh token alone is renewed at the first use; an access token without {@code
     * expires_in} gets the catalog row's default lifetime.
     */
    Credential.OAuth2 read(HandshakeContext context, SecretFields given) {
        Optional<Secret> access = given.get("access_token");
        Optional<Secret> refresh = given.get("refresh_token");
        if (access.isEmpty() && refresh.isEmpty()) {
            throw BrokerException.invalid("/import", "A refresh_token or an access_token is needed.");
        }
        if (access.isEmpty() && given.get("expires_in").isPresent()) {
            throw BrokerException.invalid("/import/expires_in", "Only an access_token has a life.");
        }
        Instant now = clock.instant();
        Instant end = access.isPresent() ? now.plus(life(context, given)) : now.minusSeconds(1);
        return new Credential.OAuth2(access.orElse(NONE_YET), refresh, now, end, context.scopes());
    }

    private static Duration life(HandshakeContext context, SecretFields given) {
        String stated = given.get("expires_in")
                .map(value -> value.reveal(Purpose.SEND_TO_PARTNER))
                .orElse("");
        if (!stated.isEmpty() && !stated.matches("[0-9]{1,18}")) {
            throw BrokerException.invalid("/import/expires_in", "A number of seconds is needed.");
        }
        return TokenLifetime.of(
                TextNode.valueOf(stated), context.partner().profile().refresh());
    }
}
