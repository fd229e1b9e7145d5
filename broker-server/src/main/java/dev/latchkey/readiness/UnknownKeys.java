package dev.latchkey.readiness;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Stops the start for a key that nothing reads: a limit that was misspelt must not be silently absent. Names the key,
 * never its value.
 */
@Singleton
final class UnknownKeys {

    private static final String PREFIX = "latchkey.";
    private static final String VARIABLE_PREFIX = "LATCHKEY_";
    private static final Pattern PROFILE = Pattern.compile("^%[^.]+\\.");

    /** What Kubernetes sets for services whose names begin with latchkey. */
    private static final Pattern OF_KUBERNETES = Pattern.compile("LATCHKEY_(?:.*_)?"
            + "(?:SERVICE_HOST|SERVICE_PORT(?:_.*)?|PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)");

    /** This one ends as many a key of ours does, so its value must be one of Kubernetes' too. */
    private static final Pattern PORT_OF_KUBERNETES = Pattern.compile("LATCHKEY_(?:.*_)?PORT");

    private static final Pattern ADDRESS_OF_KUBERNETES = Pattern.compile("(?:tcp|udp|sctp)://.*");

    private final Config config;

    UnknownKeys(Config config) {
        this.config = config;
    }

    void check(@Observes @Priority(1) StartupEvent starting) {
        Set<String> unknown = new TreeSet<>();
        KnownKeys known = KnownKeys.ofThisBuild();
        for (ConfigSource source : config.getConfigSources()) {
            boolean environment = source.getName().contains("EnvConfigSource");
            unknown.addAll(judge(known, source.getPropertyNames(), source::getValue, environment));
        }
        if (!unknown.isEmpty()) {
            throw new ConfigurationException("unknown configuration keys: " + String.join(", ", unknown), unknown);
        }
    }

    /** Those of the names that are ours and not known. */
    static Set<String> judge(
            KnownKeys known, Collection<String> names, Function<String, @Nullable String> values, boolean environment) {
        Set<String> unknown = new TreeSet<>();
        for (String name : names) {
            String plain = PROFILE.matcher(name).replaceFirst("");
            if (plain.startsWith(VARIABLE_PREFIX)) {
                if (!known.hasVariable(plain) && !isOfKubernetes(plain, values.apply(name))) {
                    unknown.add(name);
                }
                // From the environment, dotted names are the framework's guesses at what a variable may mean.
            } else if (plain.startsWith(PREFIX) && !environment && !known.hasProperty(plain)) {
                unknown.add(name);
            }
        }
        return unknown;
    }

    private static boolean isOfKubernetes(String name, @Nullable String value) {
        return OF_KUBERNETES.matcher(name).matches()
                || (PORT_OF_KUBERNETES.matcher(name).matches()
                        && value != null
                        && ADDRESS_OF_KUBERNETES.matcher(value).matches());
    }
}
