package dev.latchkey.signing;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.latchkey.caller.CurrentCaller;
import dev.latchkey.caller.Roles;
import dev.latchkey.connection.ConnectionIds;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/connections/{id}/sign}: one request, signed for an app with a grant. */
@Path("/api/v1/connections/{id}/sign")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SignResource {

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final int MOST_HEADERS = 100;

    private final SigningDesk desk;
    private final CurrentCaller caller;

    SignResource(SigningDesk desk, CurrentCaller caller) {
        this.desk = desk;
        this.caller = caller;
    }

    /** What is to be signed; a body is text or, where it is none, base64 (RFC 4648 section 4). */
    public record SignRequest(
            @Nullable String method,
            @Nullable String url,
            @Nullable Map<String, @Nullable String> headers,
            @Nullable String body,
            @Nullable String bodyBase64) {

        @Override
        public String toString() {
            return "SignRequest"; // the rest may hold anything
        }
    }

    /** What is to be sent, exactly so. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    public record SignResponse(
            String method,
            String url,
            Map<String, String> headers,
            Optional<String> body,
            Optional<String> bodyBase64) {

        static SignResponse of(PartnerRequest signed) {
            Optional<String> text = signed.body().length == 0 ? Optional.empty() : text(signed.body());
            Optional<String> binary = signed.body().length == 0 || text.isPresent()
                    ? Optional.empty()
                    : Optional.of(Base64.getEncoder().encodeToString(signed.body()));
            return new SignResponse(
                    signed.method(), signed.uri().toString(), new TreeMap<>(signed.headers()), text, binary);
        }

        private static Optional<String> text(byte[] body) {
            try {
                return Optional.of(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(body))
                        .toString());
            } catch (CharacterCodingException e) {
                return Optional.empty();
            }
        }

        @Override
        public String toString() {
            return "SignResponse";
        }
    }

    /** Signs a request. */
    @POST
    @RolesAllowed(Roles.APP)
    public Response sign(@PathParam("id") String id, @Nullable SignRequest body) {
        if (body == null || body.method() == null || !METHODS.contains(body.method())) {
            throw BrokerException.invalid("/method", "One of the methods of HTTP, in capitals.");
        }
        if (body.url() == null) {
            throw BrokerException.invalid("/url", "The absolute address is needed.");
        }
        UUID connection = ConnectionIds.parse(id);
        PartnerRequest signed = desk.sign(
                connection,
                body.method(),
                body.url(),
                headers(body.headers()),
                bytes(body),
                caller.app("Only an app has requests signed."));
        return Response.ok(SignResponse.of(signed))
                .header("Cache-Control", "no-store")
                .build();
    }

    private static Map<String, String> headers(@Nullable Map<String, @Nullable String> given) {
        Map<String, String> headers = new LinkedHashMap<>();
        if (given != null) {
            given.forEach((name, value) -> {
                if (value == null || headers.size() == MOST_HEADERS) {
                    throw BrokerException.invalid("/headers", "At most 100 fields, each with a text.");
                }
                headers.put(name, value);
            });
        }
        return headers;
    }

    private static byte[] bytes(SignRequest body) {
        if (body.body() != null && body.bodyBase64() != null) {
            throw BrokerException.invalid("/body_base64", "A body is given once.");
        }
        try {
            if (body.bodyBase64() != null) {
                return Base64.getDecoder().decode(body.bodyBase64());
            }
        } catch (IllegalArgumentException e) {
            throw new BrokerException(ProblemType.INVALID_REQUEST, "The body is not base64.", e)
                    .with("pointer", "/body_base64");
        }
        return body.body() == null ? new byte[0] : body.body().getBytes(StandardCharsets.UTF_8);
    }
}
