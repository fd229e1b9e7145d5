package dev.latchkey.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Prints how large things are. A reader judges; no size fails the build. */
class StyleFiguresTest {

    private static final Path MAIN = Path.of("src", "main", "java");
    private static final Path TEST = Path.of("src", "test", "java");
    private static final Path REPORT = Path.of("target", "figures.md");

    @Test
    void printsTheFigures() throws IOException {
        List<SourceFile> main = SourceFile.allBelow(MAIN);
        List<SourceFile> test = SourceFile.allBelow(TEST);

        String figures = table(main, test) + packages(main) + largest(main);
        Files.writeString(REPORT, figures);
        System.out.println(figures);

        assertThat(main)
                .isNotEmpty()
                .allSatisfy(file -> assertThat(file.codeLines()).isPositive());
        assertThat(test.stream().flatMap(file -> file.methods().stream())).isNotEmpty();
    }

    private static String table(List<SourceFile> main, List<SourceFile> test) {
        return "| lines of code | files | p50 | p95 | max |\n|---|---|---|---|---|\n"
                + row("a file", main.stream().map(SourceFile::codeLines).toList())
                + row("a method", methodLines(main))
                + row("a test file", test.stream().map(SourceFile::codeLines).toList())
                + row("a test method", methodLines(test))
                + String.format(
                        Locale.ROOT,
                        "%ntest : main = %.2f (%d : %d)%n%n",
                        1.0 * sum(test) / sum(main),
                        sum(test),
                        sum(main));
    }

    private static String row(String name, List<Integer> sizes) {
        List<Integer> sorted = sizes.stream().sorted().toList();
        return "| %s | %d | %d | %d | %d |%n"
                .formatted(name, sorted.size(), at(sorted, 0.5), at(sorted, 0.95), at(sorted, 1));
    }

    private static int at(List<Integer> sorted, double share) {
        return sorted.get((int) Math.min(sorted.size() - 1L, Math.floor(share * sorted.size())));
    }

    private static String packages(List<SourceFile> files) {
        Map<String, Long> counts = files.stream()
                .collect(Collectors.groupingBy(SourceFile::packageName, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .map(e -> "| %s | %d |%n".formatted(e.getKey(), e.getValue()))
                .collect(Collectors.joining("", "| package | files |\n|---|---|\n", "\n"));
    }

    private static String largest(List<SourceFile> files) {
        return files.stream()
                .flatMap(file -> file.methods().stream())
                .sorted((a, b) -> Integer.compare(b.lines(), a.lines()))
                .limit(5)
                .map(method -> "| %s | %d |%n".formatted(method.name(), method.lines()))
                .collect(Collectors.joining("", "| largest methods | lines |\n|---|---|\n", "\n"));
    }

    private static List<Integer> methodLines(List<SourceFile> files) {
        return files.stream()
                .flatMap(file -> file.methods().stream())
                .map(SourceFile.Method::lines)
                .toList();
    }

    private static int sum(List<SourceFile> files) {
        return files.stream().mapToInt(SourceFile::codeLines).sum();
    }
}
