package dev.latchkey.vault.kv2;

import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import io.github.jopenlibs.vault.SslConfig;
import io.github.jopenlibs.vault.VaultConfig;
import io.github.jopenlibs.vault.VaultException;
import io.github.jopenlibs.vault.api.Auth;
import io.github.jopenlibs.vault.api.Logical;
import io.github.jopenlibs.vault.api.WriteOptions;
import io.github.jopenlibs.vault.json.Json;
import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.rest.Rest;
import io.github.jopenlibs.vault.rest.RestException;
import io.github.jopenlibs.vault.rest.RestResponse;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The only user of the driver: sends one request and says what came back. The driver's exceptions end here, since their
 * texts hold whole answers. Thread-safe.
 */
final class Kv2Server {

    /** What everybody may see of the mounts. */
    private static final String GREETING = "sys/internal/ui/mounts";

    private final Kv2Config config;
    private final String address;
    private final HttpClient client;
    private final Semaphore turns;
    private final ActiveNode activeNode = new ActiveNode();

    /** Throws {@link IllegalStateException} for a configuration that is not safe. */
    Kv2Server(Kv2Config config) {
        this.config = config;
        this.address = Kv2Address.checked(config).toString();
        this.client = Kv2Address.client(config);
        this.turns = new Semaphore(config.calls());
    }

    Answer read(Secret token, String path, Deadline deadline) {
        return ask(() -> new Logical(driver(deadline, token)).read(path).getRestResponse());
    }

    /** Writes with check-and-set. */
    Answer write(Secret token, String path, Map<String, Object> fields, int expected, Deadline deadline) {
        WriteOptions options = new WriteOptions().checkAndSet((long) expected);
        return ask(() -> new Logical(driver(deadline, token))
                .write(path, fields, null, options)
                .getRestResponse());
    }

    /** Writes without check-and-set, which the mount must refuse. */
    Answer writeBlindly(Secret token, String path, Map<String, Object> fields, Deadline deadline) {
        return ask(
                () -> new Logical(driver(deadline, token)).write(path, fields).getRestResponse());
    }

    /** One version, whether or not it is the current one. The driver's own would ask twice. */
    Answer readVersion(Secret token, String mount, String path, int version, Deadline deadline) {
        return ask(() -> rest(deadline, mount + "/data/" + path + "?version=" + version)
                .header("X-Vault-Token", token.reveal(Purpose.STORE))
                .get());
    }

    /**
     * Finds out how the active node is asked, by a question that needs no token and changes nothing. Before each login:
     * another server may be there by then. Where there is no such way, or no answer, requests stay as they are.
     */
    void meet(Deadline deadline) {
        OneOperation operation = operation(deadline);
        if (!ask(() -> rest(operation, GREETING).get()).isOk()) {
            return;
        }
        activeNode.learn(operation.index());
        if (activeNode.isAsked() && ask(() -> rest(deadline, GREETING).get()).isRefused()) {
            activeNode.forget();
        }
    }

    /** Whether the active node answers, whichever node is reached. */
    boolean asksActiveNode() {
        return activeNode.isAsked();
    }

    /** Whether this node has others beside it; needs no token. */
    Answer leader(Deadline deadline) {
        return ask(() -> rest(deadline, "sys/leader").get());
    }

    /** The server's own settings, which a broker need not be allowed to see. */
    Answer settings(Secret token, Deadline deadline) {
        return ask(() -> rest(deadline, "sys/config/state/sanitized")
                .header("X-Vault-Token", token.reveal(Purpose.STORE))
                .get());
    }

    /** Removes all versions and what is known about them. */
    Answer delete(Secret token, String path, Deadline deadline) {
        return ask(() -> new Logical(driver(deadline, token)).delete(path).getRestResponse());
    }

    Answer loginByAppRole(String mount, String roleId, Secret secretId, Deadline deadline) {
        return ask(() -> new Auth(driver(deadline, null))
                .loginByAppRole(mount, roleId, secretId.reveal(Purpose.STORE))
                .getRestResponse());
    }

    Answer loginByJwt(String mount, String role, Secret jwt, Deadline deadline) {
        return ask(() -> new Auth(driver(deadline, null))
                .loginByJwt(mount, role, jwt.reveal(Purpose.STORE), "auth/" + mount)
                .getRestResponse());
    }

    Answer renewSelf(Secret token, Deadline deadline) {
        return ask(() -> new Auth(driver(deadline, token)).renewSelf().getRestResponse());
    }

    /** What a wrapping token was made for; does not use it up. The driver's own would not use our client. */
    Answer lookUpWrapping(Secret wrappingToken, Deadline deadline) {
        String body =
                Json.object().add("token", wrappingToken.reveal(Purpose.STORE)).toString();
        return ask(() -> rest(deadline, "sys/wrapping/lookup")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .post());
    }

    /** What a wrapping token wraps; can be had once. */
    Answer unwrap(Secret wrappingToken, Deadline deadline) {
        return ask(() -> rest(deadline, "sys/wrapping/unwrap")
                .header("X-Vault-Token", wrappingToken.reveal(Purpose.STORE))
                .post());
    }

    private Rest rest(Deadline deadline, String path) {
        return rest(operation(deadline), path);
    }

    private Rest rest(OneOperation operation, String path) {
        return new Rest(operation)
                .url(address + "/v1/" + path)
                .header("X-Vault-Request", "true")
                .header("X-Vault-Namespace", config.namespace().orElse(""));
    }

    private OneOperation operation(Deadline deadline) {
        return new OneOperation(client, turns, deadline, activeNode);
    }

    /** Never {@code build()}: that reads addresses, tokens and switches from the environment and the home folder. */
    private VaultConfig driver(Deadline deadline, @Nullable Secret token) throws VaultException {
        VaultConfig driver = new VaultConfig()
                .address(address)
                .engineVersion(2)
                .prefixPath(config.mount())
                .sslConfig(new SslConfig())
                .httpClient(operation(deadline));
        if (config.namespace().isPresent()) {
            driver.nameSpace(config.namespace().get());
        }
        return token == null ? driver : driver.token(token.reveal(Purpose.STORE));
    }

    private static Answer ask(Request request) {
        try {
            RestResponse response = request.send();
            return new Answer(response.getStatus(), parse(response.getBody()));
        } catch (VaultException e) {
            return new Answer(e.getHttpStatusCode(), Optional.empty());
        } catch (RestException | RuntimeException e) {
            return Answer.none();
        }
    }

    private static Optional<JsonObject> parse(byte[] body) {
        try {
            return Optional.of(
                    Json.parse(new String(body, StandardCharsets.UTF_8)).asObject());
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /** One request of the driver. */
    private interface Request {
        RestResponse send() throws VaultException, RestException;
    }
}
