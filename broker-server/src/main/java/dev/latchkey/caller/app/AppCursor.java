package dev.latchkey.caller.app;

import dev.latchkey.problem.BrokerException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a page of apps ended.
 *
 * @param createdAt of the last app of the page, in microseconds as the database keeps it
 * @param id of the last app of the page
 */
record AppCursor(Instant createdAt, String id) {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,17})\\.([a-z0-9][a-z0-9-]{0,63})");

    /** Reads the value of {@code after}. */
    static AppCursor parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw BrokerException.invalid("after", "This is not the next of an earlier page.");
        }
        return new AppCursor(Instant.EPOCH.plus(Long.parseLong(parts.group(1)), ChronoUnit.MICROS), parts.group(2));
    }

    /** The value of {@code next}. */
    String text() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, createdAt) + "." + id;
    }
}
