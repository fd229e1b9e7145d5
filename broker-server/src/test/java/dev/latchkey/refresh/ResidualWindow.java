package dev.latchkey.refresh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The histogram of the residual window as a broker's {@code /q/metrics} shows it.
 *
 * @param count renewals whose answer was stored
 * @param seconds all their windows together
 * @param upTo how many were as short as that many seconds, cumulative
 */
record ResidualWindow(long count, double seconds, Map<String, Long> upTo) {

    private static final Pattern LINE =
            Pattern.compile("latchkey_refresh_residual_window_seconds_(count|sum|bucket)\\{([^}]*)\\} ([0-9.eE+-]+)");
    private static final Pattern BUCKET = Pattern.compile("le=\"([^\"]+)\"");

    /** Reads the text format of Prometheus; only what was stored counts. */
    static ResidualWindow in(String metrics) {
        Map<String, Long> buckets = new LinkedHashMap<>();
        long count = 0;
        double seconds = 0;
        Matcher line = LINE.matcher(metrics);
        while (line.find()) {
            if (!line.group(2).contains("outcome=\"stored\"")) {
                continue;
            }
            double value = Double.parseDouble(line.group(3));
            switch (line.group(1)) {
                case "count" -> count = (long) value;
                case "sum" -> seconds = value;
                default -> {
                    Matcher bucket = BUCKET.matcher(line.group(2));
                    if (bucket.find()) {
                        buckets.put(bucket.group(1), (long) value);
                    }
                }
            }
        }
        return new ResidualWindow(count, seconds, buckets);
    }

    /** What came after an earlier look. */
    ResidualWindow since(ResidualWindow earlier) {
        Map<String, Long> more = new LinkedHashMap<>();
        upTo.forEach((bound, all) -> more.put(bound, all - earlier.upTo().getOrDefault(bound, 0L)));
        return new ResidualWindow(count - earlier.count(), seconds - earlier.seconds(), more);
    }

    double meanMillis() {
        return count == 0 ? 0 : seconds * 1000 / count;
    }

    /** A table row each bucket that anything fell into: from, to, how many. */
    List<String> rows() {
        List<String> rows = new ArrayList<>();
        String from = "0";
        long before = 0;
        for (Map.Entry<String, Long> bucket : upTo.entrySet()) {
            String to = bucket.getKey().equals("+Inf") ? "more" : millis(bucket.getKey());
            long here = bucket.getValue() - before;
            if (here > 0) {
                rows.add("| " + from + " to " + to + " | " + here + " | "
                        + String.format(Locale.ROOT, "%.2f %%", 100.0 * bucket.getValue() / count) + " |");
            }
            before = bucket.getValue();
            from = to;
        }
        return rows;
    }

    private static String millis(String seconds) {
        return Math.round(Double.parseDouble(seconds) * 1000) + " ms";
    }
}
