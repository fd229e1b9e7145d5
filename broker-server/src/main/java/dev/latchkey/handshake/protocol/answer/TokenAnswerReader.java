package dev.latchkey.handshake.protocol.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.catalog.entry.CatalogEntry;
import dev.latchkey.catalog.entry.Dialect;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.oauth.Scopes;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.RetryAfter;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SecretFields;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says what the answer of a token endpoint means. Only {@code error=invalid_grant} in a JSON object with status 400, 401
 * or 403 is definitive about a grant, and so is a status that the partner's row names; HTML, forms, 5xx, or an error with
 * status 200 are not (R60). What the members are called is the row's to say. Thread-safe.
 */
@ApplicationScoped
public class TokenAnswerReader {

    /** RFC 6749 appendices A.12 and A.17: tokens are of VSCHARs; a longer one is in no store's record (R44). */
    private static final Pattern TOKEN = Pattern.compile("[\\x20-\\x7E]{1," + SecretFields.MAX_BYTES + "}");

    private static final int DEEPEST = 20;
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(100)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // A good answer with expires_in NaN must not cost the refresh token that it brings (R14).
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Clock clock;

    /** Uses the given clock. */
    public TokenAnswerReader(Clock clock) {
        this.clock = clock;
    }

    /** The meaning for the registration that asked. */
    public TokenAnswer read(PartnerResponse response, HandshakeContext context) {
        Optional<JsonNode> json = object(response);
        if (response.status() == 200) {
            return json.map(body -> success(body, context)).orElseGet(() -> nonsense(true));
        }
        if (isReauthorization(response, context)) {
            return new TokenAnswer.GrantRefused("reauthorization_required");
        }
        String error = json.map(body -> body.path("error").asText("")).orElse("");
        return switch (response.status()) {
            case 400, 401, 403 -> refusal(response.status(), error);
            case 429 -> later(ProblemType.PARTNER_RATE_LIMITED, response, false);
            // RFC 9110 section 15.6.4: not handled. Any other 5xx may come from something before a server that has.
            case 503 -> later(ProblemType.PARTNER_UNAVAILABLE, response, false);
            default ->
                response.status() >= 500
                        ? later(ProblemType.PARTNER_UNAVAILABLE, response, true)
                        : nonsense(response.status() < 300);
        };
    }

    private static boolean isReauthorization(PartnerResponse response, HandshakeContext context) {
        return context.partner().profile().dialect().reauthorizeStatuses().contains(response.status())
                && !isPage(response);
    }

    private static TokenAnswer refusal(int status, String error) {
        return switch (error) {
            case "invalid_grant" -> new TokenAnswer.GrantRefused(error);
            case "invalid_client", "unauthorized_client" -> new TokenAnswer.ClientRefused();
            default -> status == 401 ? new TokenAnswer.ClientRefused() : nonsense(false);
        };
    }

    private TokenAnswer success(JsonNode body, HandshakeContext context) {
        Dialect dialect = context.partner().profile().dialect();
        Optional<Secret> accessToken = token(body, dialect.name("access_token"));
        Optional<Secret> refreshToken = token(body, dialect.name("refresh_token"));
        // Keeping the old refresh token because the new one cannot be used would be keeping one that may be spent
        // (R12).
        boolean lost = refreshToken.isEmpty() && isSaid(body, dialect.name("refresh_token"));
        if (accessToken.isEmpty() || lost || body.hasNonNull("error")) {
            return nonsense(true);
        }
        if (!body.path("token_type").asText("bearer").equalsIgnoreCase("bearer")) {
            return new TokenAnswer.Unusable(
                    new BrokerException(
                            ProblemType.UNSUPPORTED_TOKEN_TYPE, "The partner issued a token that is no bearer token."),
                    true);
        }
        Instant now = clock.instant();
        return new TokenAnswer.Issued(
                accessToken.get(),
                refreshToken,
                token(body, "id_token"),
                scopes(body),
                now,
                now.plus(lifetime(body, now, context.partner().profile())));
    }

    /** RFC 6749 knows {@code expires_in}; some partners name the moment instead. */
    private static Duration lifetime(JsonNode body, Instant now, CatalogEntry profile) {
        JsonNode expiresAt = body.path(profile.dialect().name("expires_at"));
        return expiresAt.isTextual()
                ? TokenLifetime.until(expiresAt.textValue(), now, profile.refresh())
                : TokenLifetime.of(body.path(profile.dialect().name("expires_in")), profile.refresh());
    }

    /** Whether there is a value other than null and the empty text, which say nothing (R12). */
    private static boolean isSaid(JsonNode body, String name) {
        JsonNode value = body.path(name);
        return body.hasNonNull(name) && !(value.isTextual() && value.textValue().isEmpty());
    }

    /** A missing, null, empty, unprintable or too long value is no token. */
    private static Optional<Secret> token(JsonNode body, String name) {
        JsonNode value = body.path(name);
        return value.isTextual() && TOKEN.matcher(value.textValue()).matches()
                ? Optional.of(Secret.of(value.textValue()))
                : Optional.empty();
    }

    /** RFC 6749 section 3.3; anything that is not a list of scope tokens is taken as not said. */
    private static Optional<Scopes> scopes(JsonNode body) {
        JsonNode value = body.path("scope");
        if (!value.isTextual() || value.textValue().isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Scopes.parse(value.textValue()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The JSON object of an answer, strictly read; empty if it is none. */
    public static Optional<JsonNode> object(PartnerResponse response) {
        if (isPage(response)) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(JSON.readTree(response.body())).filter(JsonNode::isObject);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isPage(PartnerResponse response) {
        String type = response.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        return type.startsWith("text/html");
    }

    private TokenAnswer later(ProblemType type, PartnerResponse response, boolean mayHaveActed) {
        Duration delay = RetryAfter.of(response.header("retry-after"), clock.instant());
        return new TokenAnswer.Unusable(new BrokerException(type, type.title() + ".").retryAfter(delay), mayHaveActed);
    }

    /** A 2xx that cannot be read may be a renewal; a redirect or a 4xx, whatever it says, is none. */
    private static TokenAnswer nonsense(boolean mayHaveActed) {
        return new TokenAnswer.Unusable(
                new BrokerException(ProblemType.PARTNER_BAD_RESPONSE, "The partner's answer cannot be used."),
                mayHaveActed);
    }
}
