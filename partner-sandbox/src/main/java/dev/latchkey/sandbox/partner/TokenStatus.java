package dev.latchkey.sandbox.partner;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.World;
import dev.latchkey.sandbox.oauth2.grant.Family;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Cryptonit's token status. Its document names the address only; the answer is the sandbox's own assumption. */
final class TokenStatus {

    private final String partner;
    private final World world;

    TokenStatus(String partner, World world) {
        this.partner = partner;
        this.world = world;
    }

    Caller caller(String token) {
        return world.grants()
                .byAccessToken(partner, token)
                .map(Family::subject)
                .map(subject -> new Caller(
                        Optional.of(subject.clientId()),
                        world.grants().byAccessToken(partner, token).map(Family::id),
                        Optional.of(subject.user())))
                .orElseGet(Caller::unknown);
    }

    Response answer(Request request, String token, Edits edits) {
        if (!request.method().equals("GET")) {
            return Response.refusal(new Refusal(405, "invalid_request", "GET only"))
                    .with("Allow", "GET");
        }
        Instant now = world.clock().instant();
        Optional<Family> family = world.grants().byAccessToken(partner, token);
        Optional<Instant> end = family.flatMap(f -> f.endOf(token, now));
        if (family.isEmpty() || end.isEmpty()) {
            return Response.refusal(new Refusal(404, "invalid_token", "access token unknown, expired or revoked"));
        }
        Family.Subject subject = family.get().subject();
        ObjectNode json = StrictJson.object()
                .put("client_id", subject.clientId())
                .put("user", subject.user())
                .put("scope", String.join(" ", subject.scopes()))
                .put("expires_in", Duration.between(now, end.get()).toSeconds());
        return Response.json(200, edits.edited(json));
    }
}
