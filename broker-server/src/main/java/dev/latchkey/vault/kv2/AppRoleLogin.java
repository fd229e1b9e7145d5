package dev.latchkey.vault.kv2;

import dev.latchkey.secret.OwnerOnlyFile;
import dev.latchkey.secret.Secret;
import io.github.jopenlibs.vault.json.JsonObject;
import io.github.jopenlibs.vault.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Login with RoleID and SecretID. The SecretID comes wrapped: its wrapping token can be used once, so that one which was
 * used before us tells that somebody else has the SecretID (R39). Where it may have been ourselves, the answer being lost,
 * that is no alarm, but another one is needed. Once unwrapped it is held in memory alone, and the file may be removed.
 */
final class AppRoleLogin implements Login {

    private static final Logger LOG = Logger.getLogger(AppRoleLogin.class);

    private final Kv2Config config;
    private final Kv2Server server;
    private final String roleId;
    private final OwnerOnlyFile file;
    private final Runnable witness;
    private @Nullable Secret secretId;
    private @Nullable SecretIdInterceptedException alarm;
    /** One that we may have used up: the answer to its unwrapping was lost. */
    private @Nullable Secret perhapsOpened;

    /**
     * A login that was not tried yet.
     *
     * @param witness told once when the SecretID was intercepted
     */
    AppRoleLogin(Kv2Config config, Kv2Server server, Runnable witness) {
        this.witness = witness;
        this.config = config;
        this.server = server;
        this.roleId =
                config.roleId().orElseThrow(() -> new IllegalStateException("latchkey.vault.kv2.role-id is not set"));
        Path path = config.secretIdFile()
                .orElseThrow(() -> new IllegalStateException("latchkey.vault.kv2.secret-id-file is not set"));
        this.file = new OwnerOnlyFile(path.toAbsolutePath());
    }

    @Override
    public Answer attempt(Deadline deadline) {
        if (alarm != null) {
            throw alarm;
        }
        if (secretId == null) {
            Secret given = read();
            if (config.secretIdWrapped()) {
                Answer answer = unwrap(given, deadline);
                if (secretId == null) {
                    return answer;
                }
                remove(given);
            } else {
                secretId = given;
            }
        }
        return server.loginByAppRole(config.loginMount(), roleId, secretId, deadline);
    }

    /** Only what we have opened: the next one may lie there already. */
    private void remove(Secret opened) {
        if (!config.secretIdFileRemove()) {
            return;
        }
        try {
            if (content().equals(opened)) {
                Files.deleteIfExists(file.path());
            }
        } catch (NoSuchFileException e) {
            LOG.debug("the file of the SecretID is gone already");
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "the file of the SecretID could not be removed: who delivers will think that somebody else opened it",
                    e);
        }
    }

    private Secret content() throws IOException {
        return Secret.of(file.readText().strip());
    }

    private Secret read() {
        try {
            return content();
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException("latchkey.vault.kv2.secret-id-file cannot be read", e);
        }
    }

    /** Looks first: a token that was not made for our role must not be believed, and stays as it is for the inquiry. */
    private Answer unwrap(Secret wrappingToken, Deadline deadline) {
        Answer made = server.lookUpWrapping(wrappingToken, deadline);
        if (made.isOfABadToken()) {
            throw used(wrappingToken, "the wrapping token was used before, is over, or never was one");
        }
        if (!made.isOk()) {
            return made;
        }
        String wanted = "auth/" + config.loginMount() + "/role/" + config.role() + "/secret-id";
        String prefix = config.namespace().map(name -> name + "/").orElse("");
        String path = text(made.object("data"), "creation_path").orElse("");
        if (!path.equals(wanted) && !path.equals(prefix + wanted)) {
            throw intercepted("the wrapping token was not made for our role");
        }
        Answer opened = server.unwrap(wrappingToken, deadline);
        if (opened.isOfABadToken()) {
            throw used(wrappingToken, "the wrapping token was used by somebody else just now");
        }
        secretId = text(opened.object("data"), "secret_id").map(Secret::of).orElse(null);
        if (secretId == null) {
            LOG.warnf("the SecretID could not be unwrapped: %s", opened);
            if (opened.isUnclear() || opened.isOk()) {
                perhapsOpened = wrappingToken;
                if (server.lookUpWrapping(wrappingToken, deadline).isOfABadToken()) {
                    throw used(wrappingToken, "");
                }
            }
        }
        return opened;
    }

    /** By somebody else, unless it may have been ourselves. */
    private IllegalStateException used(Secret wrappingToken, String otherwise) {
        if (perhapsOpened == null || !perhapsOpened.equals(wrappingToken)) {
            return intercepted(otherwise);
        }
        LOG.error("the answer with our SecretID was lost, and the wrapping token is used up by now: deliver a new one");
        return new IllegalStateException("latchkey.vault.kv2.secret-id-file: its SecretID was lost, deliver a new one");
    }

    private static Optional<String> text(Optional<JsonObject> object, String name) {
        return object.map(json -> json.get(name))
                .filter(JsonValue::isString)
                .map(JsonValue::asString)
                .filter(text -> !text.isEmpty());
    }

    private SecretIdInterceptedException intercepted(String reason) {
        SecretIdInterceptedException raised = new SecretIdInterceptedException(
                reason + "; revoke the SecretIDs of the role, find out who did it, and deliver a new one");
        LOG.error(raised.getMessage());
        alarm = raised;
        witness.run();
        return raised;
    }
}
