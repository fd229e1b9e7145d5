package dev.latchkey.token;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.connection.ConnectionIds;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Purpose;
import dev.latchkey.vault.SessionCookie;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/connections/{id}/token}: a short-lived token for an app with a grant. */
@Path("/api/v1/connections/{id}/token")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class TokenResource {

    private static final long LONGEST_MIN_TTL = Duration.ofHours(24).toSeconds();

    private final TokenDesk desk;
    private final CurrentCaller caller;

    TokenResource(TokenDesk desk, CurrentCaller caller) {
        this.desk = desk;
        this.caller = caller;
    }

    /** The body; may be absent. */
    public record TokenRequest(
            @Nullable Long minTtl, @Nullable List<@Nullable String> scopes) {}

    /**
     * The answer: never a refresh token, a client secret or the partner's raw answer (R156). A bearer token has {@code
     * scope}, a session {@code cookies}, a token that goes bare into a header {@code header_name}.
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record TokenResponse(
            @Nullable String accessToken,
            String tokenType,
            @Nullable String headerName,
            List<CookieResponse> cookies,
            @JsonInclude(JsonInclude.Include.ALWAYS) long expiresIn,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String scope,

            List<String> warnings) {

        static TokenResponse of(HandOut handOut) {
            long life = handOut.life().toSeconds();
            List<String> warnings = handOut.warnings();
            return switch (handOut.access()) {
                case HandOut.Access.Bearer bearer ->
                    new TokenResponse(
                            bearer.token().reveal(Purpose.HAND_OUT),
                            "Bearer",
                            null,
                            List.of(),
                            life,
                            handOut.scopes().asText(),
                            warnings);
                case HandOut.Access.Header header ->
                    new TokenResponse(
                            header.token().reveal(Purpose.HAND_OUT),
                            "header",
                            header.name(),
                            List.of(),
                            life,
                            null,
                            warnings);
                case HandOut.Access.Cookies session ->
                    new TokenResponse(
                            null,
                            "cookie",
                            null,
                            session.cookies().stream().map(CookieResponse::of).toList(),
                            life,
                            null,
                            warnings);
            };
        }
    }

    /** A cookie as an app has to send it; without {@code expires_at} it ends with the session. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CookieResponse(
            String name,
            String value,
            String domain,
            String path,
            @Nullable Instant expiresAt,
            boolean secure) {

        static CookieResponse of(SessionCookie cookie) {
            return new CookieResponse(
                    cookie.name(),
                    cookie.value().reveal(Purpose.HAND_OUT),
                    cookie.domain(),
                    cookie.path(),
                    cookie.expiresAt().orElse(null),
                    cookie.secure());
        }
    }

    /** Hands out a token. */
    @POST
    @RolesAllowed(Roles.APP)
    public Response token(@PathParam("id") String id, @Nullable TokenRequest body) {
        HandOut handOut = desk.handOut(ConnectionIds.parse(id), wish(body), caller.app("Only an app gets tokens."));
        return Response.ok(TokenResponse.of(handOut))
                .header("Cache-Control", "no-store")
                .build();
    }

    private static TokenWish wish(@Nullable TokenRequest body) {
        if (body == null) {
            return new TokenWish(Duration.ZERO, Scopes.none());
        }
        long minTtl = body.minTtl() == null ? 0 : body.minTtl();
        if (minTtl < 0 || minTtl > LONGEST_MIN_TTL) {
            throw BrokerException.invalid("/min_ttl", "A number of seconds from 0 to " + LONGEST_MIN_TTL + ".");
        }
        return new TokenWish(Duration.ofSeconds(minTtl), scopes(body.scopes()));
    }

    private static Scopes scopes(@Nullable List<@Nullable String> values) {
        if (values == null) {
            return Scopes.none();
        }
        if (values.size() > 100 || values.stream().anyMatch(value -> value == null || !Scopes.isToken(value))) {
            throw BrokerException.invalid("/scopes", "At most 100 well-formed scopes.");
        }
        return Scopes.of(values.stream().map(java.util.Objects::requireNonNull).toList());
    }
}
