package dev.latchkey.sandbox.oauth2;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.sandbox.fault.AnswerEdit;
import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Parameters;
import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.http.Response;
import dev.latchkey.sandbox.http.StrictJson;
import dev.latchkey.sandbox.oauth2.client.AuthMethod;
import dev.latchkey.sandbox.oauth2.client.Client;
import dev.latchkey.sandbox.oauth2.client.ClientAuthenticator;
import dev.latchkey.sandbox.oauth2.grant.AuthorizationCode;
import dev.latchkey.sandbox.oauth2.grant.Family;
import dev.latchkey.sandbox.oauth2.grant.RefreshOutcome;
import dev.latchkey.sandbox.oauth2.grant.TokenPair;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The token endpoint: three grants, one way in (RFC 6749 s.3.2). */
final class TokenEndpoint {

    private final Profile profile;
    private final World world;
    private final ClientAuthenticator authenticator;
    private final Supplier<Settings> settings;

    TokenEndpoint(Profile profile, World world, ClientAuthenticator authenticator, Supplier<Settings> settings) {
        this.profile = profile;
        this.world = world;
        this.authenticator = authenticator;
        this.settings = settings;
    }

    Response handle(Request request, Edits edits) {
        Parameters form = request.form();
        // Repeated parameters first: grant_type itself may be one.
        form.allowOnly(form.values().keySet());
        GrantType grant = GrantType.of(form.required("grant_type"));
        form.allowOnly(allowedFor(grant));
        Client client = authenticator.authenticate(request, form);
        if (!profile.grants().test(client, grant)) {
            throw new Refusal(400, "unauthorized_client", "the client may not use " + grant.label());
        }
        TokenPair pair = switch (grant) {
            case AUTHORIZATION_CODE -> redeem(form, client);
            case REFRESH_TOKEN -> refresh(form, client, edits);
            case CLIENT_CREDENTIALS -> own(form, client);
        };
        return Response.json(200, edits.edited(answer(pair)));
    }

    private Set<String> allowedFor(GrantType grant) {
        Set<String> allowed = new HashSet<>(grant.parameters());
        allowed.addAll(settings.get().extraParameters());
        allowed.addAll(
                profile.methods().contains(AuthMethod.PRIVATE_KEY_JWT)
                        ? ClientAuthenticator.PARAMETERS
                        : Set.of("client_id", "client_secret"));
        return allowed;
    }

    private TokenPair redeem(Parameters form, Client client) {
        String redirectUri = form.required("redirect_uri");
        AuthorizationCode code = world.grants()
                .code(profile.partner(), form.required("code"))
                .orElseThrow(() -> invalidGrant("unknown code"));
        if (!code.binding().subject().clientId().equals(client.id())) {
            throw invalidGrant("code of another client");
        }
        Family family = code.redeem(() -> {
                    check(code.binding(), redirectUri, form.one("code_verifier"));
                    return world.grants().open(code.binding().subject());
                })
                .orElseThrow(() -> invalidGrant("code reuse"));
        return world.grants().issue(family, settings.get().refresh(), true);
    }

    private void check(AuthorizationCode.Binding bound, String redirectUri, Optional<String> verifier) {
        if (!world.clock().instant().isBefore(bound.expires())) {
            throw invalidGrant("code expired");
        }
        if (!bound.redirectUri().equals(redirectUri)) {
            throw invalidGrant("redirect_uri differs from the authorization request");
        }
        if (!Pkce.fits(bound.challenge(), verifier)) {
            throw invalidGrant("code_verifier does not fit");
        }
    }

    private TokenPair refresh(Parameters form, Client client, Edits edits) {
        String token = form.required("refresh_token");
        Family family = familyOf(token, client);
        Optional<String> scope = form.one("scope");
        if (scope.isPresent()
                && !profile.scopes().read(scope).equals(family.subject().scopes())) {
            throw new Refusal(400, "invalid_scope", "scope differs from the grant");
        }
        BooleanSupplier keepToken =
                () -> edits.answer().map(AnswerEdit::keepsRefreshToken).orElse(false);
        RefreshOutcome outcome =
                world.grants().refresh(family, token, settings.get().refresh(), keepToken);
        return switch (outcome) {
            case RefreshOutcome.Renewed renewed -> {
                world.counters().refresh(profile.partner(), family.id());
                yield renewed.pair();
            }
            case RefreshOutcome.Reused reused -> {
                world.counters().reuse(profile.partner(), family.id());
                throw invalidGrant("refresh token reuse");
            }
            case RefreshOutcome.Dead dead -> throw invalidGrant("family is dead: " + dead.reason());
        };
    }

    private Family familyOf(String token, Client client) {
        return world.grants()
                .byRefreshToken(profile.partner(), token)
                .filter(family -> family.subject().clientId().equals(client.id()))
                .orElseThrow(() -> invalidGrant("unknown refresh token"));
    }

    private TokenPair own(Parameters form, Client client) {
        Set<String> scopes = profile.scopes().read(form.one("scope"));
        Family.Subject subject = new Family.Subject(profile.partner(), client.id(), client.id(), scopes);
        // No refresh token: RFC 6749 s.4.4.3.
        return world.grants()
                .issue(world.grants().ofClient(subject), settings.get().refresh(), false);
    }

    private static ObjectNode answer(TokenPair pair) {
        ObjectNode json = StrictJson.object()
                .put("access_token", pair.accessToken())
                .put("expires_in", pair.life().toSeconds())
                .put("token_type", "Bearer");
        if (!pair.scopes().isEmpty()) {
            json.put("scope", String.join(" ", pair.scopes()));
        }
        pair.refreshToken().ifPresent(token -> json.put("refresh_token", token));
        return json;
    }

    private static Refusal invalidGrant(String reason) {
        return new Refusal(400, "invalid_grant", reason);
    }
}
