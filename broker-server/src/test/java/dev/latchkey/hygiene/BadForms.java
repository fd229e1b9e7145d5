package dev.latchkey.hygiene;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Bad forms for the token endpoint. None presents a wrong credential, since those are counted. */
final class BadForms {

    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final List<String> WRONG = List.of(
            "zq7mark",
            "%ff",
            "%c3%28",
            "%zz",
            "%",
            "%00",
            "zq7mark%0d%0a",
            "%22zq7mark%5c",
            "a".repeat(3_000),
            "zq7mark" + "a".repeat(17_000),
            "%ed%a0%80",
            "urn:latchkey:connection:zq7mark",
            "urn:latchkey:owner:",
            "urn:latchkey:connection:00000000-0000-4000-8000-000000000000",
            "'or'1'='1");

    private BadForms() {}

    /** The form that would be answered with a token. */
    static String good(String resource) {
        return form(fields(resource));
    }

    static List<String> all(String resource) {
        List<String> bad = new ArrayList<>();
        Map<String, String> good = fields(resource);
        for (String name : good.keySet()) {
            bad.add(form(without(good, name)));
            bad.add(form(good) + "&" + name + "=" + good.get(name));
            WRONG.forEach(value -> bad.add(form(with(good, name, value))));
        }
        for (String name : List.of("requested_token_type", "subject_token_type", "actor_token")) {
            bad.add(form(with(good, name, "zq7mark")));
        }
        for (String grant :
                List.of("password", "refresh_token", "authorization_code", "client_credentials", "implicit")) {
            bad.add(form(with(good, "grant_type", grant)) + "&refresh_token=zq7mark&username=zq7mark&code=zq7mark");
        }
        bad.add(form(with(good, "scope", "zq7mark")));
        bad.add(form(with(good, "scope", "%22")));
        bad.add(form(good) + "&x=y".repeat(257));
        bad.add(form(good) + "&x=" + "a".repeat(64 * 1024));
        bad.addAll(List.of("", "=", "&&&", "zq7mark", "{\"grant_type\":\"zq7mark\"}", "%00=%00"));
        return bad;
    }

    private static Map<String, String> fields(String resource) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("grant_type", EXCHANGE);
        fields.put("resource", resource);
        return fields;
    }

    private static Map<String, String> with(Map<String, String> fields, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return more;
    }

    private static Map<String, String> without(Map<String, String> fields, String name) {
        Map<String, String> less = new LinkedHashMap<>(fields);
        less.remove(name);
        return less;
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining("&"));
    }
}
