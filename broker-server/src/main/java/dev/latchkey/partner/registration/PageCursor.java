package dev.latchkey.partner.registration;

import dev.latchkey.problem.BrokerException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a page ended; the next one holds what is older. It names a place, not a row, so that it stays good when the row
 * is deleted.
 *
 * @param createdAt of the page's last row, in microseconds as the database keeps it
 * @param id of the page's last row
 */
record PageCursor(Instant createdAt, String id) {

    /** Before the newest row. */
    static final PageCursor BEGIN = new PageCursor(Instant.parse("9999-12-31T00:00:00Z"), "");

    private static final Pattern FORM = Pattern.compile("([0-9]{1,17})\\.([a-z0-9][a-z0-9-]{0,63})");

    static PageCursor of(Registration last) {
        return new PageCursor(last.createdAt(), last.id());
    }

    /** Reads {@link #text()} again; {@code invalid_request} for anything else. */
    static PageCursor parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw BrokerException.invalid("after", "The value must be the 'next' of a page.");
        }
        return new PageCursor(Instant.EPOCH.plus(Long.parseLong(parts.group(1)), ChronoUnit.MICROS), parts.group(2));
    }

    /** The value of {@code next}. */
    String text() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, createdAt) + "." + id;
    }
}
