package dev.latchkey.caller.issuer;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import dev.latchkey.caller.Roles;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What must hold of an access token beside its signature (RFC 9068 section 4, RFC 8725). Immutable.
 *
 * @param issuer the exact {@code iss}
 * @param audience what {@code aud} must hold
 * @param rolesClaim where the roles are, names separated by slashes
 */
record AccessTokenRules(String issuer, String audience, String rolesClaim) {

    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final int LONGEST_NAME = 200;
    private static final Set<String> KNOWN_ROLES = Set.of(Roles.ADMIN, Roles.APPROVER, Roles.AUDITOR);
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

    /** What only ID tokens and the like carry (OpenID Connect Core sections 2 and 3.3.2.11). */
    private static final List<String> ID_TOKEN_CLAIMS = List.of("nonce", "at_hash", "c_hash", "s_hash", "events");

    /**
     * What an acceptable token says.
     *
     * @param client the OAuth client that it was issued to
     * @param subject the provider's own id of whom it is about
     * @param person what the subject is called; its id where it has no name
     * @param roles those of the broker's roles that it lists
     * @param expiresAt its end
     */
    record Claims(Optional<String> client, String subject, String person, Set<String> roles, Instant expiresAt) {

        /** Copies. */
        Claims {
            roles = Set.copyOf(roles);
        }
    }

    /** Reads the claims of a token whose signature is not checked yet. */
    Claims read(JWSObject token, Instant now) throws TokenRefusedException {
        checkHeader(token);
        JsonNode claims = StrictClaims.parse(token.getPayload().toBytes());
        require(issuer.equals(text(claims, "iss").orElse("")), "another issuer");
        require(holdsAudience(claims.path("aud"), audience), "another audience");
        require(ID_TOKEN_CLAIMS.stream().noneMatch(claims::has), "it is an ID token");
        // Keycloak says in the claim typ what kind of token it is.
        require(
                !claims.has("typ")
                        || text(claims, "typ").filter("Bearer"::equals).isPresent(),
                "not an access token");
        Instant expiresAt = time(claims, "exp").orElseThrow(() -> new TokenRefusedException("no expiry"));
        require(now.isBefore(expiresAt.plus(SKEW)), "expired");
        require(isPast(time(claims, "nbf"), now) && isPast(time(claims, "iat"), now), "not valid yet");
        // RFC 9068 section 2.2 requires it; without it nobody could tell whether its owner is disabled.
        String subject = text(claims, "sub")
                .filter(sub -> !sub.isBlank())
                .orElseThrow(() -> new TokenRefusedException("no subject"));
        return new Claims(client(claims), subject, person(claims, subject), roles(claims), expiresAt);
    }

    private static void checkHeader(JWSObject token) throws TokenRefusedException {
        StrictClaims.parse(token.getHeader().toBase64URL().decode());
        JWSHeader header = token.getHeader();
        require(SignatureCheck.ALGORITHMS.contains(header.getAlgorithm()), "the algorithm is not allowed");
        JOSEObjectType type = header.getType();
        require(type == null || TYPES.contains(type.getType().toLowerCase(Locale.ROOT)), "the type is not allowed");
        require(header.getCriticalParams() == null && header.isBase64URLEncodePayload(), "it has extensions");
        require(header.getContentType() == null, "it is nested");
    }

    /** Whether {@code aud} is or holds the audience (RFC 7519 section 4.1.3), and nothing else than texts. */
    static boolean holdsAudience(JsonNode aud, String audience) {
        if (aud.isTextual()) {
            return aud.textValue().equals(audience);
        }
        boolean found = false;
        for (JsonNode each : aud) {
            if (!each.isTextual()) {
                return false;
            }
            found |= each.textValue().equals(audience);
        }
        return aud.isArray() && found;
    }

    private static Optional<String> client(JsonNode claims) throws TokenRefusedException {
        Optional<String> azp = text(claims, "azp");
        Optional<String> clientId = text(claims, "client_id");
        require(azp.isEmpty() || clientId.isEmpty() || azp.equals(clientId), "azp and client_id differ");
        return azp.or(() -> clientId);
    }

    private static String person(JsonNode claims, String subject) throws TokenRefusedException {
        String name = text(claims, "preferred_username").orElse(subject);
        require(
                !name.isBlank()
                        && name.length() <= LONGEST_NAME
                        && name.codePoints().noneMatch(Character::isISOControl),
                "the name of the subject cannot be used");
        return name;
    }

    private Set<String> roles(JsonNode claims) {
        JsonNode list = claims;
        for (String name : rolesClaim.split("/", -1)) {
            list = list.path(name);
        }
        Set<String> roles = new HashSet<>();
        if (list.isArray()) {
            list.forEach(role -> roles.add(role.asText()));
        }
        roles.retainAll(KNOWN_ROLES);
        return roles;
    }

    private static Optional<String> text(JsonNode claims, String name) throws TokenRefusedException {
        JsonNode value = claims.path(name);
        require(value.isMissingNode() || value.isTextual(), "a claim is of the wrong type");
        return Optional.ofNullable(value.textValue());
    }

    /** A NumericDate, RFC 7519 section 2, of a year that {@link Instant} arithmetic is safe with. */
    private static Optional<Instant> time(JsonNode claims, String name) throws TokenRefusedException {
        JsonNode value = claims.path(name);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        require(value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() < 1e11, "a time is out of range");
        return Optional.of(Instant.ofEpochSecond(value.longValue()));
    }

    private static boolean isPast(Optional<Instant> time, Instant now) {
        return time.stream().noneMatch(it -> it.isAfter(now.plus(SKEW)));
    }

    private static void require(boolean held, String otherwise) throws TokenRefusedException {
        if (!held) {
            throw new TokenRefusedException(otherwise);
        }
    }
}
