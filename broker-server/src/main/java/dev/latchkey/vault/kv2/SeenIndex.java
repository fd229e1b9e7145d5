package dev.latchkey.vault.kv2;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far the store was after the newest change that this process knows of. Every request names it, so that a standby
 * which is not as far forwards the request to the active node: a standby that lags would else answer with an older
 * record, and refuse a check-and-set that is right. Thread-safe.
 */
final class SeenIndex {

    /** What OpenBao writes there. Another form is not compared: the last one counts. */
    private static final Pattern FORM = Pattern.compile("\\{\"cluster\":\"([^\"]*)\",\"value\":\"([0-9]{1,18})\"}");

    private volatile Optional<String> newest = Optional.empty();

    /** What to name; empty as long as the server has told nothing. */
    Optional<String> newest() {
        return newest;
    }

    /** Takes note of what the answer to a change has told. */
    synchronized void note(String index) {
        if (newest.isEmpty() || !isOlder(index, newest.get())) {
            newest = Optional.of(index);
        }
    }

    private static boolean isOlder(String index, String than) {
        Matcher one = FORM.matcher(decoded(index));
        Matcher other = FORM.matcher(decoded(than));
        return one.matches()
                && other.matches()
                && one.group(1).equals(other.group(1))
                && Long.parseLong(one.group(2)) < Long.parseLong(other.group(2));
    }

    private static String decoded(String index) {
        try {
            return new String(Base64.getDecoder().decode(index), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
