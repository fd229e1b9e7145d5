package dev.latchkey.token;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.latchkey.caller.Caller;
import dev.latchkey.caller.Caller.AppCaller;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.connection.Connection;
import dev.latchkey.connection.ConnectionIds;
import dev.latchkey.connection.Connections;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /oauth2/token}: the same hand-out by OAuth 2.0 Token Exchange (RFC 8693), for clients that speak it.
 *
 * <p>The annotation opens it to all because a caller may authenticate in the body; nothing is done before it has.
 */
@Path("/oauth2/token")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
@PermitAll
@RunOnVirtualThread
public class TokenExchangeResource {

    private final TokenDesk desk;
    private final Connections connections;
    private final CurrentCaller caller;

    TokenExchangeResource(TokenDesk desk, Connections connections, CurrentCaller caller) {
        this.desk = desk;
        this.connections = connections;
        this.caller = caller;
    }

    /** RFC 8693 section 2.2.1; a token that goes bare into a header field has {@code header_name}. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record ExchangeResponse(
            String accessToken,
            String issuedTokenType,
            String tokenType,
            @Nullable String headerName,
            @JsonInclude(JsonInclude.Include.ALWAYS) long expiresIn,
            String scope,
            List<String> warnings) {

        static ExchangeResponse of(HandOut handOut) {
            return switch (handOut.access()) {
                case HandOut.Access.Bearer bearer -> of(bearer.token(), "Bearer", null, handOut);
                case HandOut.Access.Header header -> of(header.token(), "N_A", header.name(), handOut);
                case HandOut.Access.Cookies session ->
                    throw new BrokerException(
                            ProblemType.WRONG_KIND, "A session's cookies are handed out by the connection's token.");
            };
        }

        private static ExchangeResponse of(Secret token, String type, @Nullable String header, HandOut handOut) {
            return new ExchangeResponse(
                    token.reveal(Purpose.HAND_OUT),
                    "urn:ietf:params:oauth:token-type:access_token",
                    type,
                    header,
                    handOut.life().toSeconds(),
                    handOut.scopes().asText(),
                    handOut.warnings());
        }
    }

    /** Exchanges the caller's own token (or its client authentication) for a partner's token. */
    @POST
    @PermitAll
    public Response exchange(MultivaluedMap<String, String> parameters, @Context HttpHeaders headers) {
        AppCaller app = authenticated(parameters, headers);
        ExchangeForm form = ExchangeForm.of(parameters);
        HandOut handOut =
                desk.handOut(connection(form.target(), app), new TokenWish(Duration.ZERO, form.scopes()), app);
        return Response.ok(ExchangeResponse.of(handOut))
                .header("Cache-Control", "no-store")
                .build();
    }

    /** By the header, by {@code subject_token}, or by both, which must then be the same app. */
    private AppCaller authenticated(MultivaluedMap<String, String> parameters, HttpHeaders headers) {
        boolean inHeader = headers.getHeaderString(HttpHeaders.AUTHORIZATION) != null;
        Optional<Caller> byHeader = inHeader ? Optional.of(caller.get()) : Optional.empty();
        List<String> tokens = parameters.getOrDefault("subject_token", List.of());
        Optional<Caller> byToken = tokens.size() == 1 && !tokens.getFirst().isEmpty()
                ? Optional.of(caller.prove(Secret.of(tokens.getFirst())))
                : Optional.empty();
        AppCaller app = app(byHeader.or(() -> byToken)
                .orElseThrow(() -> new BrokerException(
                        ProblemType.UNAUTHENTICATED, "Authenticate the client, or send a subject_token.")));
        byToken.ifPresent(other -> {
            if (!app(other).id().equals(app.id())) {
                throw new BrokerException(ProblemType.INVALID_REQUEST, "The subject_token is another app's.");
            }
        });
        return app;
    }

    private static AppCaller app(Caller who) {
        if (who instanceof AppCaller app) {
            return app;
        }
        throw new BrokerException(ProblemType.FORBIDDEN, "Only an app gets tokens.");
    }

    private UUID connection(ExchangeForm.Target target, AppCaller app) {
        return switch (target) {
            case ExchangeForm.Target.ById byId -> ConnectionIds.parse(byId.connection());
            case ExchangeForm.Target.ByOwner byOwner ->
                connections
                        .usable(byOwner.partner(), byOwner.owner(), app.id())
                        .map(Connection::id)
                        .orElseThrow(BrokerException::notFound);
        };
    }
}
