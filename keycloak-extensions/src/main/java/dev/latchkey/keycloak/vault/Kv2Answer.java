package dev.latchkey.keycloak.vault;

import com.fasterxml.jackson.databind.JsonNode;

/** An answer of the server's: its status, and its JSON, which is empty where there is none. */
record Kv2Answer(int status, JsonNode json) {

    /** It may hold a secret. */
    @Override
    public String toString() {
        return "Kv2Answer[" + status + "]";
    }
}
