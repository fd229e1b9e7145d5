package dev.latchkey.hygiene;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Secrets that were seen on their way, and a search for each of them in every form that it could take. */
final class Canaries {

    /** Shorter ones are found by chance. */
    private static final int SHORTEST = 16;

    private final Map<String, Set<String>> forms = new TreeMap<>();

    /** Remembers a secret and gives it back. */
    String watch(String name, String value) {
        if (value.length() < SHORTEST) {
            throw new IllegalArgumentException(name + " is too short to be looked for");
        }
        forms.computeIfAbsent(name, known -> new LinkedHashSet<>()).addAll(formsOf(value));
        return value;
    }

    Set<String> names() {
        return forms.keySet();
    }

    /** Which of them are in the text, each with what stands around it. */
    List<String> in(String place, String text) {
        List<String> hits = new ArrayList<>();
        forms.forEach((name, values) -> {
            for (String value : values) {
                int at = text.indexOf(value);
                if (at >= 0) {
                    String around = text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 80));
                    hits.add(name + " in " + place + ": ..." + around.replace("\n", "\\n") + "...");
                    break;
                }
            }
        });
        return hits;
    }

    private static Set<String> formsOf(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        String hex = HexFormat.of().formatHex(bytes);
        Set<String> forms = new LinkedHashSet<>(List.of(
                value,
                hex,
                hex.toUpperCase(Locale.ROOT),
                URLEncoder.encode(value, StandardCharsets.UTF_8),
                URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20"),
                new StringBuilder(value).reverse().toString()));
        for (int before = 0; before < 3; before++) {
            forms.add(base64(bytes, before, Base64.getEncoder()));
            forms.add(base64(bytes, before, Base64.getUrlEncoder()));
        }
        return forms;
    }

    /** What base64 makes of the value behind so many other bytes, as far as it does not depend on its neighbours. */
    private static String base64(byte[] value, int before, Base64.Encoder encoder) {
        byte[] shifted = new byte[before + value.length];
        System.arraycopy(value, 0, shifted, before, value.length);
        int whole = shifted.length / 3 * 4;
        return encoder.withoutPadding().encodeToString(shifted).substring(before == 0 ? 0 : 4, whole);
    }
}
