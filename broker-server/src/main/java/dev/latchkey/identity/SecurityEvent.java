package dev.latchkey.identity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.caller.issuer.DisabledPrincipals.State;
import dev.latchkey.caller.issuer.Principal;
import dev.latchkey.caller.issuer.Principal.Kind;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a Security Event Token (RFC 8417) says.
 *
 * @param id its {@code jti}
 * @param principal whom it is about
 * @param state how they stand now
 * @param happenedAt since when, by the sender's clock
 */
record SecurityEvent(String id, Principal principal, State state, Instant happenedAt) {

    private static final String RISC = "https://schemas.openid.net/secevent/risc/event-type/";
    private static final String OURS = "urn:latchkey:identity:";

    /** How old a statement may be: the sender signs anew whenever it sends again. */
    private static final Duration LONGEST_WAY = Duration.ofMinutes(10);

    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final int LONGEST_NAME = 255;

    /** Claims that make a token something else (RFC 8417 sections 4.5 and 4.6). */
    private static final List<String> FOREIGN = List.of("exp", "nbf", "sub", "azp", "client_id", "nonce", "scope");

    private record Meaning(Kind kind, State state) {}

    private static final Map<String, Meaning> MEANINGS = Map.of(
            RISC + "account-disabled", new Meaning(Kind.PERSON, State.DISABLED),
            RISC + "account-enabled", new Meaning(Kind.PERSON, State.ENABLED),
            RISC + "account-purged", new Meaning(Kind.PERSON, State.PURGED),
            OURS + "client-disabled", new Meaning(Kind.CLIENT, State.DISABLED),
            OURS + "client-enabled", new Meaning(Kind.CLIENT, State.ENABLED),
            OURS + "client-purged", new Meaning(Kind.CLIENT, State.PURGED));

    /** Whether what the principal had must end. */
    boolean isEnd() {
        return state != State.ENABLED;
    }

    /** Reads the claims of a token that the issuer has signed; empty if they are not what they must be. */
    static Optional<SecurityEvent> read(JsonNode claims, Instant now) {
        if (FOREIGN.stream().anyMatch(claims::has) || claims.path("events").size() != 1) {
            return Optional.empty();
        }
        String type = claims.path("events").fieldNames().next();
        Optional<Meaning> meaning = Optional.ofNullable(MEANINGS.get(type))
                .filter(it -> claims.path("events").path(type).isObject());
        Optional<Instant> issuedAt = time(claims, "iat").filter(it -> isRecent(it, now));
        Optional<Instant> happenedAt =
                claims.has("toe") ? time(claims, "toe").filter(it -> !it.isAfter(now.plus(SKEW))) : issuedAt;
        Optional<String> id = name(claims.path("jti"));
        Optional<String> name = meaning.flatMap(it -> subject(claims, it.kind()));
        if (meaning.isEmpty() || issuedAt.isEmpty() || happenedAt.isEmpty() || id.isEmpty() || name.isEmpty()) {
            return Optional.empty();
        }
        Meaning known = meaning.get();
        return Optional.of(
                new SecurityEvent(id.get(), new Principal(known.kind(), name.get()), known.state(), happenedAt.get()));
    }

    /** RFC 9493: a person by {@code iss_sub} (section 3.2.3), a client by {@code opaque} (section 3.2.4). */
    private static Optional<String> subject(JsonNode claims, Kind kind) {
        JsonNode id = claims.path("sub_id");
        String format = id.path("format").asText();
        return switch (kind) {
            case PERSON ->
                format.equals("iss_sub") && id.path("iss").equals(claims.path("iss"))
                        ? name(id.path("sub"))
                        : Optional.empty();
            case CLIENT -> format.equals("opaque") ? name(id.path("id")) : Optional.empty();
        };
    }

    private static boolean isRecent(Instant time, Instant now) {
        return time.isBefore(now.plus(SKEW)) && time.isAfter(now.minus(LONGEST_WAY));
    }

    private static Optional<String> name(JsonNode value) {
        return Optional.ofNullable(value.textValue())
                .filter(it -> !it.isBlank()
                        && it.length() <= LONGEST_NAME
                        && it.codePoints().noneMatch(Character::isISOControl));
    }

    /** A NumericDate, which may have a fraction (RFC 7519 section 2). */
    private static Optional<Instant> time(JsonNode claims, String name) {
        JsonNode value = claims.path(name);
        if (!value.isNumber() || value.doubleValue() < 0 || value.doubleValue() > 1e11) {
            return Optional.empty();
        }
        BigDecimal seconds = value.decimalValue();
        long whole = seconds.longValue();
        return Optional.of(Instant.ofEpochSecond(
                whole,
                seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue()));
    }
}
