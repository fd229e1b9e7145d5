package dev.latchkey.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProblemTypeTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "problems.md");

    @Test
    void hasASectionForEachInTheDocument() throws IOException {
        String document = Files.readString(DOCUMENT);

        List<String> sections = Pattern.compile("(?m)^## (.+) \\((\\d{3})\\)$")
                .matcher(document)
                .results()
                .map(heading -> heading.group(1) + " " + heading.group(2))
                .toList();

        assertThat(sections)
                .containsExactly(Stream.of(ProblemType.values())
                        .map(type -> type.code() + " " + type.status())
                        .toArray(String[]::new));
    }

    @Test
    void saysInEachSectionWhatTheCallerCanDo() throws IOException {
        List<String> sections = Pattern.compile("(?ms)^## .+?$(.*?)(?=^## |\\z)")
                .matcher(Files.readString(DOCUMENT))
                .results()
                .map(MatchResult::group)
                .toList();

        assertThat(sections).allMatch(section -> section.contains("**What to do:**"));
    }
}
