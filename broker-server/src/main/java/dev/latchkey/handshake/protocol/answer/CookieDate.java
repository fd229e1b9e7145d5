package dev.latchkey.handshake.protocol.answer;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the date of {@code Expires} as browsers do (RFC 6265 section 5.1.1): tokens in any order, the first that fits. */
final class CookieDate {

    private static final Pattern DELIMITER = Pattern.compile("[\\x09\\x20-\\x2F\\x3B-\\x40\\x5B-\\x60\\x7B-\\x7E]+");
    private static final Pattern TIME = Pattern.compile("(\\d{1,2}):(\\d{1,2}):(\\d{1,2})(?:\\D.*)?");
    private static final Pattern DAY = Pattern.compile("(\\d{1,2})(?:\\D.*)?");
    private static final Pattern YEAR = Pattern.compile("(\\d{2,4})(?:\\D.*)?");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final int EARLIEST_YEAR = 1601;

    private Optional<Matcher> time = Optional.empty();
    private Optional<Integer> day = Optional.empty();
    private Optional<Integer> month = Optional.empty();
    private Optional<Integer> year = Optional.empty();

    private CookieDate() {}

    /** The instant, or empty if the text is no date. */
    static Optional<Instant> parse(String text) {
        CookieDate date = new CookieDate();
        DELIMITER.splitAsStream(text).filter(token -> !token.isEmpty()).forEach(date::take);
        return date.instant();
    }

    private void take(String token) {
        Matcher clock = TIME.matcher(token);
        Matcher days = DAY.matcher(token);
        Matcher years = YEAR.matcher(token);
        if (time.isEmpty() && clock.matches()) {
            time = Optional.of(clock);
        } else if (day.isEmpty() && days.matches()) {
            day = Optional.of(number(days, 1));
        } else if (month.isEmpty() && monthOf(token).isPresent()) {
            month = monthOf(token);
        } else if (year.isEmpty() && years.matches()) {
            year = Optional.of(fourDigits(number(years, 1)));
        }
    }

    private Optional<Instant> instant() {
        if (time.isEmpty()
                || day.isEmpty()
                || month.isEmpty()
                || year.filter(y -> y >= EARLIEST_YEAR).isEmpty()) {
            return Optional.empty();
        }
        Matcher clock = time.get();
        try {
            return Optional.of(LocalDateTime.of(
                            year.get(), month.get(), day.get(), number(clock, 1), number(clock, 2), number(clock, 3))
                    .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> monthOf(String token) {
        int index =
                token.length() < 3 ? -1 : MONTHS.indexOf(token.substring(0, 3).toLowerCase(Locale.ROOT));
        return index < 0 ? Optional.empty() : Optional.of(index + 1);
    }

    private static int fourDigits(int year) {
        if (year >= 70 && year <= 99) {
            return year + 1900;
        }
        return year < 70 ? year + 2000 : year;
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }
}
