package dev.latchkey.keycloak.vault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The token that Keycloak reads with: got by a login, renewed when two thirds of its life are over, replaced by another
 * login when it cannot be renewed or is refused. One login at a time, and none sooner than 5 s after one that did not help.
 * Thread-safe.
 */
final class Kv2Session {

    private static final Duration BETWEEN_LOGINS = Duration.ofSeconds(5);

    private final Kv2Settings.Login login;
    private final Kv2Http http;
    private final Clock clock;
    private final Duration patience;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile @Nullable Held held;
    private volatile Instant quietUntil = Instant.MIN;

    Kv2Session(Kv2Settings settings, Kv2Http http, Clock clock) {
        this.login = settings.login();
        this.patience = settings.timeout();
        this.http = http;
        this.clock = clock;
    }

    private record Held(String bearer, boolean renewable, Instant since, Instant dueAt, Instant endsAt) {

        @Override
        public String toString() {
            return "Held[until " + endsAt + "]";
        }
    }

    /** A token that is valid now. Nobody waits for the renewal of one that lives, but who sees to it. */
    String current() {
        Held known = held;
        if (known == null || hasEnded(known)) {
            return alone(() -> replaced().bearer());
        }
        if (!isDue(known) || !changing.tryLock()) {
            return known.bearer();
        }
        try {
            return replaced().bearer();
        } finally {
            changing.unlock();
        }
    }

    /** While nothing better can be had, a token that lives is gone on with. */
    private Held replaced() {
        Held present = held;
        if (present == null || hasEnded(present)) {
            if (isQuiet()) {
                throw new Kv2UnavailableException("a login has failed a moment ago");
            }
            return kept(this::logIn);
        }
        if (isQuiet() || !isDue(present)) {
            return present;
        }
        try {
            return kept(() -> renewed(present).orElseGet(this::logIn));
        } catch (Kv2UnavailableException e) {
            return present;
        }
    }

    /** What did not help is not tried again for a while: Keycloak's threads must not queue for it. */
    private Held kept(Supplier<Held> attempt) {
        try {
            Held next = attempt.get();
            held = next;
            return next;
        } catch (Kv2UnavailableException e) {
            quietUntil = clock.instant().plus(BETWEEN_LOGINS);
            throw e;
        }
    }

    private boolean hasEnded(Held token) {
        return !clock.instant().isBefore(token.endsAt());
    }

    private boolean isDue(Held token) {
        return !clock.instant().isBefore(token.dueAt());
    }

    private boolean isQuiet() {
        return clock.instant().isBefore(quietUntil);
    }

    /**
     * Forgets a token that the server refuses, unless there is another by now. A young one stays: what it may not read, a
     * new one may not read either, and refused reads must not become a flood of logins.
     */
    void refused(String bearer) {
        alone(() -> {
            Held present = held;
            boolean young =
                    present != null && clock.instant().isBefore(present.since().plus(BETWEEN_LOGINS));
            if (present != null && present.bearer().equals(bearer) && !young) {
                held = null;
            }
            return bearer;
        });
    }

    /** Whoever waits does so no longer than for a call of their own. */
    private String alone(Supplier<String> work) {
        try {
            if (!changing.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new Kv2UnavailableException("another login takes too long");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Kv2UnavailableException("interrupted");
        }
        try {
            return work.get();
        } finally {
            changing.unlock();
        }
    }

    /** A renewal that gives less than half of the life before is one near the greatest age: a login is better. */
    private Optional<Held> renewed(Held old) {
        if (!old.renewable()) {
            return Optional.empty();
        }
        Kv2Answer answer =
                http.post("auth/token/renew-self", Optional.of(old.bearer()), JsonNodeFactory.instance.objectNode());
        long seconds = answer.json().path("auth").path("lease_duration").asLong();
        Duration before = Duration.between(old.since(), old.endsAt());
        boolean worthwhile = Duration.ofSeconds(seconds).multipliedBy(2).compareTo(before) >= 0;
        return answer.status() == 200 && worthwhile ? held(answer) : Optional.empty();
    }

    private Held logIn() {
        Kv2Answer answer = http.post("auth/" + login.mount() + "/login", Optional.empty(), proof());
        if (answer.status() != 200) {
            throw new Kv2UnavailableException("the login is answered " + answer.status());
        }
        return held(answer).orElseThrow(() -> new Kv2UnavailableException("the login gives no token"));
    }

    /** The file is read anew for each login: whoever rotates it restarts nothing. */
    private ObjectNode proof() {
        ObjectNode proof = JsonNodeFactory.instance.objectNode();
        if (login instanceof Kv2Settings.AppRole role) {
            return proof.put("role_id", role.roleId()).put("secret_id", text(role.secretIdFile()));
        }
        Kv2Settings.Jwt jwt = (Kv2Settings.Jwt) login;
        return proof.put("role", jwt.role()).put("jwt", text(jwt.jwtFile()));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new Kv2UnavailableException("the file of the login cannot be read");
        }
    }

    /** A lease of 0 is for ever; it is looked at again every hour all the same. */
    private Optional<Held> held(Kv2Answer answer) {
        JsonNode auth = answer.json().path("auth");
        String bearer = auth.path("client_token").asText();
        if (bearer.isEmpty()) {
            return Optional.empty();
        }
        long seconds = auth.path("lease_duration").asLong();
        Duration life = seconds > 0 ? Duration.ofSeconds(seconds) : Duration.ofHours(1);
        Instant now = clock.instant();
        return Optional.of(new Held(
                bearer,
                auth.path("renewable").asBoolean(),
                now,
                now.plus(life.multipliedBy(2).dividedBy(3)),
                now.plus(life)));
    }
}
