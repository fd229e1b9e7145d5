package dev.latchkey.sandbox.oauth2;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.grant.Family;
import java.util.List;
import java.util.Optional;

/** A resource behind {@code Authorization: Bearer} (RFC 6750 s.2.1); it tells whose token it was shown. */
final class BearerResource {

    private final Profile profile;
    private final World world;

    BearerResource(Profile profile, World world) {
        this.profile = profile;
        this.world = world;
    }

    Response handle(Request request, Optional<String> scope, Edits edits) {
        String token = token(request).orElseThrow(() -> new Refusal(401, "invalid_token", "no bearer token"));
        Family family = world.grants()
                .byAccessToken(profile.partner(), token)
                .filter(f -> f.endOf(token, world.clock().instant()).isPresent())
                .orElseThrow(() -> new Refusal(401, "invalid_token", "access token unknown, expired or revoked"));
        if (scope.isPresent() && !family.subject().scopes().contains(scope.get())) {
            throw new Refusal(403, "insufficient_scope", "scope " + scope.get() + " is needed");
        }
        return Response.json(200, edits.edited(answer(family, request)));
    }

    /** The family of the token that the request shows, dead or alive. */
    Optional<Family> family(Request request) {
        return token(request).flatMap(token -> world.grants().byAccessToken(profile.partner(), token));
    }

    private static Optional<String> token(Request request) {
        List<String> headers = request.headers().getOrDefault("authorization", List.of());
        if (headers.size() != 1 || !headers.getFirst().regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.empty();
        }
        return Optional.of(headers.getFirst().substring(7));
    }

    private static ObjectNode answer(Family family, Request request) {
        ObjectNode json = StrictJson.object()
                .put("owner", family.subject().user())
                .put("client_id", family.subject().clientId())
                .put("family", family.id())
                .put("path", request.path());
        family.subject().scopes().stream().sorted().forEach(json.putArray("scopes")::add);
        return json;
    }
}
