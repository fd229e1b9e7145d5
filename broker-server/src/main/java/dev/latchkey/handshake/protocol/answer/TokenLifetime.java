package dev.latchkey.handshake.protocol.answer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.catalog.entry.RefreshSemantics;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads {@code expires_in} (RFC 6749 section 5.1) whatever the partner wrote: a number, also as a text or with a
 * fraction, is believed up to the row's maximum; anything else (missing, negative, a date) is the row's default (R14).
 */
public final class TokenLifetime {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}(\\.[0-9]{1,9})?");

    private TokenLifetime() {}

    /** The life that {@code expires_in} states; the row says how long at most, and how long otherwise. */
    public static Duration of(JsonNode expiresIn, RefreshSemantics refresh) {
        Duration stated = number(expiresIn)
                .filter(value -> value.signum() >= 0)
                .map(value ->
                        value.min(BigDecimal.valueOf(refresh.maximumLifetime().toSeconds())))
                .map(value ->
                        Duration.ofSeconds(value.setScale(0, RoundingMode.FLOOR).longValueExact()))
                .orElse(refresh.defaultLifetime());
        return stated.compareTo(refresh.maximumLifetime()) < 0 ? stated : refresh.maximumLifetime();
    }

    /**
     * Reads a moment of RFC 3339. One that is over is no life at all; what is no moment is the row's default.
     *
     * @param stated what the partner wrote
     * @param now when the answer was read
     */
    static Duration until(String stated, Instant now, RefreshSemantics refresh) {
        Duration left;
        try {
            left = Duration.between(now, OffsetDateTime.parse(stated).toInstant());
        } catch (DateTimeException | ArithmeticException e) {
            left = refresh.defaultLifetime();
        }
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(refresh.maximumLifetime()) < 0 ? left : refresh.maximumLifetime();
    }

    private static Optional<BigDecimal> number(JsonNode value) {
        if (value.isNumber() && Double.isFinite(value.doubleValue())) {
            return Optional.of(value.decimalValue());
        }
        return value.isTextual() && NUMBER.matcher(value.textValue()).matches()
                ? Optional.of(new BigDecimal(value.textValue()))
                : Optional.empty();
    }
}
