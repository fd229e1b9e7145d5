package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The operator's guide and the code name the same metrics and the same lines of the log. */
class OperationsGuideTest {

    private static final Path GUIDE = Path.of("..", "docs", "operations.md");
    private static final Pattern METER =
            Pattern.compile("\\b(?:counter|timer|gauge|summary|builder)\\(\\s*(\"latchkey[^\"]*\"|[A-Z][A-Z_]+)\\s*,?");
    private static final Pattern ROW_OF_METRIC = Pattern.compile("(?m)^\\| `(latchkey_[a-z_]+)(?:\\{[a-z,]+})?` \\|");
    private static final Pattern ALARM =
            Pattern.compile("LOG\\s*\\.(?:warn|error|fatal)f?\\((.+?)\\)\\s*;\\s*\\n", Pattern.DOTALL);
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"(\\s*\\+)?");
    private static final Pattern ROW_OF_LINE = Pattern.compile("(?m)^\\| `([^`]+)` \\| [^|]+ \\| [^|]+ \\|$");
    private static final String LINES = "| line | what it means | what to do |";

    /** The one line whose text is another's message. */
    private static final String INTERCEPTED =
            "secret_id_intercepted: …; revoke the SecretIDs of the role, find out who did it, and deliver a new one";

    @Test
    void namesEveryMetricAndNoOther() throws IOException {
        Set<String> documented = ROW_OF_METRIC
                .matcher(Files.readString(GUIDE))
                .results()
                .map(row -> row.group(1).replaceAll("_(?:total|seconds)$", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(inTheCode(OperationsGuideTest::meters));
    }

    @Test
    void namesEveryWarningAndNoOther() throws IOException {
        String guide = Files.readString(GUIDE);
        Set<String> documented = ROW_OF_LINE
                .matcher(guide.substring(guide.indexOf(LINES) + LINES.length()))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(inTheCode(OperationsGuideTest::warnings));
    }

    private static Stream<String> meters(String source) {
        return METER.matcher(source)
                .results()
                .map(call -> call.group(1).startsWith("\"") ? call.group(1) : constant(source, call.group(1)))
                .filter(name -> name.startsWith("\"latchkey."))
                .map(name -> name.replace("\"", "").replace('.', '_'));
    }

    private static String constant(String source, String name) {
        return Pattern.compile("\\b" + name + " =\\s*(\"[^\"]*\")")
                .matcher(source)
                .results()
                .map(match -> match.group(1))
                .findFirst()
                .orElse("");
    }

    private static Stream<String> warnings(String source) {
        return ALARM.matcher(source).results().map(OperationsGuideTest::text);
    }

    private static String text(MatchResult call) {
        if (call.group(1).equals("raised.getMessage()")) {
            return INTERCEPTED;
        }
        StringBuilder text = new StringBuilder();
        for (MatchResult part : LITERAL.matcher(call.group(1)).results().toList()) {
            text.append(part.group(1));
            if (part.group(2) == null) {
                break;
            }
        }
        assertThat(text).as("the text of " + call.group()).isNotEmpty();
        return text.toString().replaceAll("%[sd]", "…");
    }

    private static Set<String> inTheCode(Function<String, Stream<String>> find) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> find.apply(read(file)))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
