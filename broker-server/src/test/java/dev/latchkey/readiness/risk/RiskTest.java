package dev.latchkey.readiness.risk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RiskTest {

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (risky|severe) \\| `([^`]+)` \\| (.+) \\|$");

    @Test
    void isListedInTheOperatorsGuide() throws IOException {
        assertThat(ROW.matcher(Files.readString(Path.of("..", "docs", "operations.md")))
                        .results()
                        .map(row -> row.group(1) + " " + row.group(2) + " " + row.group(3) + " " + row.group(4)))
                .containsExactlyElementsOf(Arrays.stream(Risk.values())
                        .map(risk -> risk.wireName() + " " + risk.weight().wireName() + " " + risk.property() + " "
                                + risk.advice())
                        .toList());
    }
}
