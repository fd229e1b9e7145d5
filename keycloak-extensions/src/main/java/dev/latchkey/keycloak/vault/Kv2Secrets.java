package dev.latchkey.keycloak.vault;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Reads secrets by name. Nothing is kept: neither a secret, which so can be changed at any time, nor that there is none.
 * Thread-safe.
 */
final class Kv2Secrets {

    private static final Logger LOG = Logger.getLogger(Kv2Secrets.class);

    private final Kv2Settings settings;
    private final Kv2Http http;
    private final Kv2Session session;

    Kv2Secrets(Kv2Settings settings, Clock clock) {
        this.settings = settings;
        this.http = new Kv2Http(settings);
        this.session = new Kv2Session(settings, http, clock);
    }

    /**
     * The secret, in a buffer of its own that its user wipes.
     *
     * @return empty if there is none of that name
     * @throws Kv2UnavailableException if that cannot be told; never taken for "none"
     */
    Optional<ByteBuffer> read(String name) {
        Optional<String> path = SecretPath.of(settings, name);
        if (path.isEmpty()) {
            LOG.warn("a name in ${vault.…} is refused: letters, digits, '_', '-' and single dots only");
            return Optional.empty();
        }
        Kv2Answer answer = ask(path.get());
        return switch (answer.status()) {
            case 200 -> Optional.of(secret(answer));
            case 404 -> Optional.empty();
            default -> throw new Kv2UnavailableException("a read is answered " + answer.status());
        };
    }

    /** A token that was revoked before its time is refused: then once more with a new one. */
    private Kv2Answer ask(String path) {
        String bearer = session.current();
        Kv2Answer answer = http.get(path, bearer);
        if (answer.status() != 403 && answer.status() != 401) {
            return answer;
        }
        session.refused(bearer);
        return http.get(path, session.current());
    }

    private ByteBuffer secret(Kv2Answer answer) {
        JsonNode value = answer.json().path("data").path("data").path(settings.field());
        if (!value.isTextual()) {
            throw new Kv2UnavailableException("the record has no text in the field " + settings.field());
        }
        return StandardCharsets.UTF_8.encode(value.textValue());
    }
}
