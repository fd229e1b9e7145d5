package dev.latchkey.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Prints which requirements tests name, and which the threat model relies on although no test names them. */
class RequirementRowsTest {

    private static final Pattern ROW = Pattern.compile("\\bR(\\d{1,3})\\b");
    /** Names of tests begin with the rows that they prove. */
    private static final Pattern NAMED = Pattern.compile("\"(R\\d{1,3}\\b[^\"]*)\"");

    @Test
    void printsTheRowsThatAreProven() throws IOException {
        Set<Integer> proven = new TreeSet<>();
        for (Path source : tests()) {
            NAMED.matcher(Files.readString(source)).results().forEach(name -> proven.addAll(rows(name.group(1))));
        }
        Set<Integer> open = rows(Files.readString(Path.of("..", "docs", "threat-model.md")));
        assertThat(open).isNotEmpty();
        open.removeAll(proven);

        System.out.println("rows named by tests: " + text(proven));
        System.out.println("rows of the threat model that no test names: " + text(open));

        assertThat(proven).isNotEmpty();
    }

    private static List<Path> tests() throws IOException {
        try (var paths = Files.walk(Path.of("src", "test", "java"))) {
            return paths.filter(path -> path.toString().endsWith(".java")).toList();
        }
    }

    private static Set<Integer> rows(String text) {
        return ROW.matcher(text)
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(Set<Integer> rows) {
        return rows.stream().map(row -> "R" + row).collect(Collectors.joining(" "));
    }
}
