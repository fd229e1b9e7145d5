package dev.latchkey.outbound;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Reads {@code Retry-After} (RFC 9110 section 10.2.3): seconds or a date, held between a second and an hour (R57). */
public final class RetryAfter {

    private static final Duration OTHERWISE = Duration.ofSeconds(30);
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofHours(1);

    private RetryAfter() {}

    /** What the field asks for, or half a minute where it is absent or says nothing that can be read. */
    public static Duration of(Optional<String> header, Instant now) {
        return stated(header, now).orElse(OTHERWISE);
    }

    /** What the field asks for, if it can be read. */
    public static Optional<Duration> stated(Optional<String> header, Instant now) {
        return header.map(String::strip).flatMap(text -> parse(text, now)).map(RetryAfter::clamped);
    }

    private static Duration clamped(Duration wish) {
        if (wish.compareTo(LEAST) < 0) {
            return LEAST;
        }
        return wish.compareTo(MOST) > 0 ? MOST : wish;
    }

    private static Optional<Duration> parse(String text, Instant now) {
        if (text.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        if (text.matches("[0-9]{10,}")) {
            return Optional.of(MOST);
        }
        try {
            Instant when = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Optional.of(Duration.between(now, when));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
