package dev.latchkey.readiness;

import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Every key below {@code latchkey.}: those of the interfaces that {@code META-INF/latchkey/config-mappings} lists, and
 * the few that stand there themselves. Immutable.
 *
 * @param names the keys; a {@code *} stands for a name that the operator chooses
 */
record KnownKeys(Set<String> names) {

    private static final String LIST = "META-INF/latchkey/config-mappings";

    /** Sorts and copies. */
    KnownKeys {
        names = Set.copyOf(names);
    }

    /** The keys of this build. */
    static KnownKeys ofThisBuild() {
        Set<String> names = new TreeSet<>();
        lines().stream().filter(KnownKeys::isKey).forEach(names::add);
        mappings().forEach(mapping -> names.addAll(keysOf(mapping)));
        return new KnownKeys(names);
    }

    /** The {@code *Config} interfaces of this build. */
    static List<? extends Class<?>> mappings() {
        return lines().stream()
                .filter(line -> !isKey(line))
                .map(KnownKeys::load)
                .toList();
    }

    private static boolean isKey(String line) {
        return line.startsWith("latchkey.");
    }

    /** The lines of the list that say something. */
    static List<String> lines() {
        try (InputStream list = loader().getResourceAsStream(LIST)) {
            if (list == null) {
                throw new IllegalStateException(LIST + " is missing");
            }
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The keys of one interface. */
    static Set<String> keysOf(Class<?> mapping) {
        return ConfigMappings.getProperties(ConfigClass.configClass(mapping)).keySet();
    }

    /** Whether it is the name of a known key, as a property. */
    boolean hasProperty(String name) {
        return names.stream().anyMatch(known -> pattern(known).matcher(name).matches());
    }

    /** Whether it is the name of a known key, as an environment variable (MicroProfile Config section 5.3.1). */
    boolean hasVariable(String name) {
        return names.stream()
                .anyMatch(known -> variablePattern(known).matcher(name).matches());
    }

    private static Pattern pattern(String known) {
        return Pattern.compile(translate(known, ".+", Pattern::quote) + "(\\[[0-9]+])?");
    }

    private static Pattern variablePattern(String known) {
        return Pattern.compile(translate(
                        known,
                        "[A-Z0-9_]+",
                        literal -> literal.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
                + "(_[0-9]+_)?");
    }

    private static String translate(String known, String wildcard, UnaryOperator<String> literally) {
        return String.join(
                wildcard,
                Stream.of(known.replace("[*]", "").split("\\*", -1))
                        .map(literally)
                        .toList());
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, loader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(LIST + " names a class that is not there: " + name, e);
        }
    }

    private static ClassLoader loader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context == null ? KnownKeys.class.getClassLoader() : context;
    }
}
