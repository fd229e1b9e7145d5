package dev.latchkey.vault.kv2;

import io.github.jopenlibs.vault.json.JsonObject;
import java.util.Optional;

/**
 * What the server said, for the one who judges it. Prints the status alone: bodies hold secrets.
 *
 * @param status the HTTP status; 0 if no whole answer came
 * @param body the JSON object; empty if there is none, or none that can be read
 */
record Answer(int status, Optional<JsonObject> body) {

    private static final int NO_ANSWER = 0;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;

    static Answer none() {
        return new Answer(NO_ANSWER, Optional.empty());
    }

    boolean isOk() {
        return status == OK;
    }

    boolean isDone() {
        return status == OK || status == NO_CONTENT;
    }

    boolean isAbsent() {
        return status == NOT_FOUND;
    }

    /** The token is unknown, revoked or over, or its policies do not allow this. Nothing was done. */
    boolean isForbidden() {
        return status == FORBIDDEN;
    }

    /** The server understood and refused: the same request will be refused again. */
    boolean isRefused() {
        return status >= BAD_REQUEST && status < SERVER_ERROR && status != 412 && status != 429;
    }

    /** How the server answers to a token that is unknown, used up or over. Another refusal speaks of the address. */
    boolean isOfABadToken() {
        return status == BAD_REQUEST || status == FORBIDDEN;
    }

    /** Whether a request that would change something may have done so, or may yet. */
    boolean isUnclear() {
        return status == NO_ANSWER || status >= SERVER_ERROR;
    }

    /** The refusal of a check-and-set write. Vault and OpenBao answer 400 to other mistakes as well. */
    boolean isConflict() {
        return status == BAD_REQUEST
                && body.map(json ->
                                String.valueOf(json.get("errors")).contains("check-and-set parameter did not match"))
                        .orElse(false);
    }

    /** An object below the body. */
    Optional<JsonObject> object(String name) {
        return body.map(json -> json.get(name))
                .filter(value -> value.isObject())
                .map(value -> value.asObject());
    }

    @Override
    public String toString() {
        return status == NO_ANSWER ? "no answer" : "status " + status;
    }
}
