package dev.latchkey.sandbox.oauth2;

import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.oauth2.client.ClientAuthenticator;
import dev.latchkey.sandbox.oauth2.grant.Family;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Token revocation (RFC 7009): a refresh token ends its family, an access token only itself. */
final class RevokeEndpoint {

    private final Profile profile;
    private final World world;
    private final ClientAuthenticator authenticator;

    RevokeEndpoint(Profile profile, World world, ClientAuthenticator authenticator) {
        this.profile = profile;
        this.world = world;
        this.authenticator = authenticator;
    }

    Response handle(Request request) {
        Parameters form = request.form();
        Set<String> allowed = new HashSet<>(ClientAuthenticator.PARAMETERS);
        allowed.addAll(Set.of("token", "token_type_hint"));
        form.allowOnly(allowed);
        Client client = authenticator.authenticate(request, form);
        String token = form.required("token");
        Optional<Family> ofRefresh = world.grants().byRefreshToken(profile.partner(), token);
        Optional<Family> ofAccess = world.grants().byAccessToken(profile.partner(), token);
        ofRefresh.or(() -> ofAccess).ifPresent(family -> checkOwner(family, client));
        ofRefresh.ifPresent(family -> world.grants().end(family, "revoked by the client"));
        ofAccess.ifPresent(family -> world.grants().endAccessToken(family, token));
        return Response.empty(200); // also for an unknown token: RFC 7009 s.2.2
    }

    private static void checkOwner(Family family, Client client) {
        if (!family.subject().clientId().equals(client.id())) {
            throw new Refusal(400, "invalid_request", "token of another client");
        }
    }
}
