package dev.latchkey.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;

/** A request as the broker has signed it, to be sent by the app itself. */
record SignedRequest(Answer answer) {

    /** Sends it just as it is; what the partner says. */
    JsonNode send() throws StepFailed {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(answer.text("url")))
                .method(
                        answer.text("method"),
                        BodyPublishers.ofString(answer.json().path("body").asText()));
        answer.json()
                .path("headers")
                .properties()
                .forEach(
                        field -> request.header(field.getKey(), field.getValue().asText()));
        return Wire.callPartner(request);
    }
}
