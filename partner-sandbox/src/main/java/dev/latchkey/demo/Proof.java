package dev.latchkey.demo;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How a partner's answer shows that it took a signed request.
 *
 * @param pointer a JSON pointer (RFC 6901) into the answer
 * @param text what is there
 */
record Proof(String pointer, String text) {

    Boolean require(JsonNode answer) throws StepFailed {
        if (!answer.at(pointer).asText().equals(text)) {
            throw new StepFailed("the partner did not take the request");
        }
        return true;
    }
}
