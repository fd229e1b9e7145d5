package dev.latchkey.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;

/**
 * Reads the part of YAML that is JSON with less ink: no anchors, no aliases, no tags, no merge keys, no duplicate keys,
 * bounded in size and depth (R133). The stream of events is looked through first, so that nothing is built of a file
 * that holds any of these. Stateless.
 */
final class StrictYaml {

    /** The longest file, in bytes. */
    static final int LONGEST_FILE = 256 * 1024;

    private static final int DEEPEST = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private StrictYaml() {}

    /**
     * The document of a file.
     *
     * @param file the file's name, for the message only
     * @throws CatalogFileException if the file goes beyond the limits or is not plain YAML
     */
    static JsonNode read(String file, byte[] bytes) {
        if (bytes.length > LONGEST_FILE) {
            throw new CatalogFileException(file, "whole", "longer than " + LONGEST_FILE + " bytes");
        }
        String text = text(file, bytes);
        try {
            refuseExtras(file, text);
            Object document = yaml().load(text);
            if (!(document instanceof Map)) {
                throw new CatalogFileException(file, "whole", "not a mapping");
            }
            refuseOddValues(file, document);
            return JSON.valueToTree(document);
        } catch (MarkedYAMLException e) {
            throw new CatalogFileException(file, place(e.getProblemMark()), problem(e.getProblem()));
        } catch (YAMLException e) {
            throw new CatalogFileException(file, "whole", "beyond the limits of a catalog file");
        }
    }

    private static Yaml yaml() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(DEEPEST);
        options.setCodePointLimit(LONGEST_FILE);
        return new Yaml(new SafeConstructor(options));
    }

    private static String text(String file, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CatalogFileException(file, "whole", "not UTF-8");
        }
    }

    private static void refuseExtras(String file, String text) {
        int depth = 0;
        for (Event event : yaml().parse(new StringReader(text))) {
            String extra = extra(event);
            if (event instanceof CollectionStartEvent) {
                depth++;
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (depth > DEEPEST) {
                extra = "nested too deeply";
            }
            if (!extra.isEmpty()) {
                throw new CatalogFileException(file, place(event.getStartMark()), extra);
            }
        }
    }

    private static String extra(Event event) {
        if (event instanceof AliasEvent || (event instanceof NodeEvent node && node.getAnchor() != null)) {
            return "anchors and aliases are not read";
        }
        if (event instanceof ScalarEvent scalar) {
            return scalar.getTag() != null ? "tags are not read" : mergeKey(scalar);
        }
        return event instanceof CollectionStartEvent start && start.getTag() != null ? "tags are not read" : "";
    }

    private static String mergeKey(ScalarEvent scalar) {
        return scalar.isPlain() && scalar.getValue().equals("<<") ? "merge keys are not read" : "";
    }

    /** Dates and keys that are no text have no form in JSON; whoever writes them means a text, in quotes. */
    private static void refuseOddValues(String file, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, member) -> {
                if (!(key instanceof String)) {
                    throw new CatalogFileException(file, "whole", "a key is not a text");
                }
                refuseOddValues(file, member);
            });
        } else if (value instanceof Collection<?> items) {
            items.forEach(item -> refuseOddValues(file, item));
        } else if (!(value instanceof String || value instanceof Boolean || value instanceof Number)) {
            throw new CatalogFileException(file, "whole", "a value is empty or of a kind that JSON does not have");
        }
    }

    private static String place(@Nullable Mark mark) {
        return mark == null ? "whole" : "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
    }

    private static String problem(@Nullable String problem) {
        return Objects.requireNonNullElse(problem, "not YAML");
    }
}
