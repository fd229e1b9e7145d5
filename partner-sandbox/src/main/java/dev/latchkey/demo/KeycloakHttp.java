package dev.latchkey.demo;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/** Requests to Keycloak. Thread-safe. */
final class KeycloakHttp {

    static URI tokenEndpoint(URI realm) {
        return URI.create(realm + "/protocol/openid-connect/token");
    }

    static String encoded(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    Answer form(URI address, Map<String, String> fields) throws StepFailed {
        return send(HttpRequest.newBuilder(address)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(encoded(fields))));
    }

    Answer get(URI address, String bearer) throws StepFailed {
        return send(HttpRequest.newBuilder(address).header("Authorization", "Bearer " + bearer));
    }

    Answer post(URI address, String bearer, Object body) throws StepFailed {
        return send(HttpRequest.newBuilder(address)
                .header("Authorization", "Bearer " + bearer)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Wire.text(body))));
    }

    private static Answer send(HttpRequest.Builder request) throws StepFailed {
        HttpResponse<String> response = Wire.send(request, "Keycloak");
        return new Answer(response.statusCode(), Wire.json(response.body()));
    }
}
