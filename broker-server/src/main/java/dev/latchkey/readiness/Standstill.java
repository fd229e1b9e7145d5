package dev.latchkey.readiness;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;

/**
 * Stops the start for a number or a length of time with which the broker would stand still: no place for a renewal, a queue
 * without room, a deadline that is over when it begins. Each number of a {@code *Config} has to be more than nothing,
 * unless it stands here. Names the key, never its value.
 */
@Singleton
public final class Standstill {

    /** Where nothing means something: at once, none at all, or any free port. */
    static final Set<String> MAY_BE_ZERO = Set.of(
            "latchkey.apps.old-secret-lifetime",
            "latchkey.http.drain",
            "latchkey.http.port",
            "latchkey.partners.old-client-secret-lifetime",
            "latchkey.partners.old-webhook-secret-lifetime",
            "latchkey.protection.patience",
            "latchkey.webhooks.audited-refusals",
            "latchkey.webhooks.wrong-paths");

    private static final Set<Type> NUMBERS =
            Set.of(int.class, Integer.class, long.class, Long.class, OptionalInt.class);

    private final Config config;

    Standstill(Config config) {
        this.config = config;
    }

    void check(@Observes @Priority(1) StartupEvent starting) {
        refuse(config);
    }

    /** The same before anything is started: a pool of connections would say what is wrong, but not in which key. */
    public static void refuse(Config config) {
        Set<String> tooSmall = new TreeSet<>();
        keys().forEach((key, isNumber) -> {
            int least = MAY_BE_ZERO.contains(key) ? 0 : 1;
            if (sign(config, key, isNumber) < least) {
                tooSmall.add(key);
            }
        });
        if (!tooSmall.isEmpty()) {
            throw new ConfigurationException("too small: " + String.join(", ", tooSmall), tooSmall);
        }
    }

    /** Negative, nothing or more; what is absent has a good default. */
    private static int sign(Config config, String key, boolean isNumber) {
        return isNumber
                ? config.getOptionalValue(key, Long.class).map(Long::signum).orElse(1)
                : config.getOptionalValue(key, Duration.class)
                        .map(length -> Integer.signum(length.compareTo(Duration.ZERO)))
                        .orElse(1);
    }

    /** The keys that are numbers, and, with {@code false}, those that are lengths of time. */
    static Map<String, Boolean> keys() {
        Map<String, Boolean> keys = new TreeMap<>();
        KnownKeys.mappings()
                .forEach(mapping -> ConfigMappings.getProperties(ConfigClass.configClass(mapping))
                        .forEach((key, property) -> {
                            Type type = plain(property.getMethod().getGenericReturnType());
                            if (NUMBERS.contains(type) || type == Duration.class) {
                                keys.put(key, NUMBERS.contains(type));
                            }
                        }));
        return keys;
    }

    /** What an {@code Optional} holds, or the type itself. */
    private static Type plain(Type type) {
        return type instanceof ParameterizedType generic && generic.getRawType() == Optional.class
                ? generic.getActualTypeArguments()[0]
                : type;
    }
}
