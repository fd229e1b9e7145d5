package dev.latchkey.sandbox.browser;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A form on a page. It reads plain server-made HTML; it is no HTML parser.
 *
 * @param method {@code GET} or {@code POST}
 * @param fields the inputs that are sent without a click: neither buttons nor unchecked boxes
 */
public record Form(URI action, String method, Map<String, String> fields) {

    private static final Pattern FORM = Pattern.compile("(?is)<form\\b([^>]*)>(.*?)</form>");
    private static final Pattern INPUT = Pattern.compile("(?is)<input\\b([^>]*)>");
    private static final Pattern ATTRIBUTE =
            Pattern.compile("(?s)([A-Za-z-]+)(?:\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'>/]+)))?");
    private static final Pattern ENTITY = Pattern.compile("&(#x[0-9a-fA-F]+|#[0-9]+|amp|lt|gt|quot|apos);");

    public Form {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    static List<Form> allIn(String html, URI page) {
        List<Form> forms = new ArrayList<>();
        for (Matcher form = FORM.matcher(html); form.find(); ) {
            Map<String, String> attributes = attributes(form.group(1));
            forms.add(new Form(
                    Addresses.resolve(page, attributes.getOrDefault("action", "")),
                    attributes.getOrDefault("method", "get").toUpperCase(Locale.ROOT),
                    fields(form.group(2))));
        }
        return forms;
    }

    private static Map<String, String> fields(String html) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (Matcher input = INPUT.matcher(html); input.find(); ) {
            Map<String, String> attributes = attributes(input.group(1));
            if (attributes.containsKey("name") && isSent(attributes)) {
                fields.put(attributes.getOrDefault("name", ""), attributes.getOrDefault("value", ""));
            }
        }
        return fields;
    }

    private static boolean isSent(Map<String, String> attributes) {
        return switch (attributes.getOrDefault("type", "text").toLowerCase(Locale.ROOT)) {
            case "submit", "button", "image", "reset", "file" -> false;
            case "checkbox", "radio" -> attributes.containsKey("checked");
            default -> !attributes.containsKey("disabled");
        };
    }

    private static Map<String, String> attributes(String tag) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (Matcher m = ATTRIBUTE.matcher(tag); m.find(); ) {
            String value = m.group(2) != null ? m.group(2) : m.group(3) != null ? m.group(3) : m.group(4);
            attributes.putIfAbsent(m.group(1).toLowerCase(Locale.ROOT), value == null ? "" : unescape(value));
        }
        return attributes;
    }

    private static String unescape(String text) {
        return ENTITY.matcher(text).replaceAll(entity -> Matcher.quoteReplacement(character(entity.group(1))));
    }

    private static String character(String entity) {
        return switch (entity) {
            case "amp" -> "&";
            case "lt" -> "<";
            case "gt" -> ">";
            case "quot" -> "\"";
            case "apos" -> "'";
            default ->
                Character.toString(
                        entity.startsWith("#x")
                                ? Integer.parseInt(entity.substring(2), 16)
                                : Integer.parseInt(entity.substring(1)));
        };
    }
}
