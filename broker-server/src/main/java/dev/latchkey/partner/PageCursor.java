package dev.latchkey.partner;

import dev.latchkey.problem.BrokerException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;

/**
 * Where a page ended; the next one holds what is older. It names a place, not a row, so that it stays good when the row
 * is deleted.
 *
 * @param createdAt of the page's last row
 * @param id of the page's last row
 */
record PageCursor(Instant createdAt, String id) {

    /** Before the newest row. */
    static final PageCursor BEGIN = new PageCursor(Instant.parse("9999-12-31T00:00:00Z"), "");

    static PageCursor of(Registration last) {
        return new PageCursor(last.createdAt(), last.id());
    }

    /** Reads {@link #text()} again; {@code invalid_request} for anything else. */
    static PageCursor parse(String text) {
        try {
            String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
            int space = plain.indexOf(' ');
            Instant createdAt = Instant.parse(plain.substring(0, Math.max(space, 0)));
            if (createdAt.isAfter(Instant.EPOCH) && createdAt.isBefore(BEGIN.createdAt)) {
                return new PageCursor(createdAt, plain.substring(space + 1).replace("\0", ""));
            }
        } catch (DateTimeException | IllegalArgumentException e) {
            throw refused();
        }
        throw refused();
    }

    /** For the caller, who need not understand it. */
    String text() {
        String plain = createdAt + " " + id;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.US_ASCII));
    }

    private static BrokerException refused() {
        return BrokerException.invalid("after", "The value must be the 'next' of a page.");
    }
}
