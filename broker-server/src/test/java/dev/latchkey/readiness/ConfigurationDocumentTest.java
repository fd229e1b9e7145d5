package dev.latchkey.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.ConfigMappingInterface.Property;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} and the code name the same keys with the same defaults. */
class ConfigurationDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(latchkey\\.[^`]+)` \\| (?:`([^`]*)`|-) \\| (.+) \\|$");

    @Test
    void documentsEveryKeyWithItsDefault() throws IOException, ClassNotFoundException {
        Map<String, String> documented = new TreeMap<>();
        ROW.matcher(Files.readString(DOCUMENT)).results().forEach(row -> {
            assertThat(row.group(3)).as(row.group(1)).hasSizeGreaterThan(20);
            documented.put(row.group(1), row.group(2) == null ? "" : row.group(2));
        });

        assertThat(documented).containsExactlyEntriesOf(inTheCode());
    }

    private static Map<String, String> inTheCode() throws ClassNotFoundException {
        Map<String, String> keys = new TreeMap<>();
        for (String line : KnownKeys.lines()) {
            if (line.startsWith("latchkey.")) {
                keys.put(line, "data");
                continue;
            }
            ConfigMappings.getProperties(ConfigClass.configClass(Class.forName(line)))
                    .forEach((name, property) -> keys.put(name.replace("[*]", ""), defaultOf(property)));
        }
        return keys;
    }

    private static String defaultOf(Property property) {
        return property.hasDefaultValue() && property.getDefaultValue() != null ? property.getDefaultValue() : "";
    }
}
