package dev.latchkey.demo;

import com.fasterxml.jackson.databind.JsonNode;

/** What the broker answered: its status, and its JSON (missing node where there was none). */
record Answer(int status, JsonNode json) {

    /** This answer if it has that status; else the step fails, naming status and problem code. */
    Answer expect(int wanted) throws StepFailed {
        if (status != wanted) {
            String code = json.path("code").asText("no code");
            throw new StepFailed("answered " + status + " (" + code + ") instead of " + wanted);
        }
        return this;
    }

    /** A text field that must be there. */
    String text(String field) throws StepFailed {
        JsonNode value = json.path(field);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw new StepFailed("the answer has no " + field);
        }
        return value.textValue();
    }

    /** A number that must be there and positive. */
    long seconds(String field) throws StepFailed {
        JsonNode value = json.path(field);
        if (!value.isIntegralNumber() || value.longValue() <= 0) {
            throw new StepFailed("the answer has no positive " + field);
        }
        return value.longValue();
    }
}
