package dev.latchkey.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the broker to the rules of its house, and each rule to a fixture that breaks it. */
class ArchitectureRulesTest {

    private static final String FIXTURES = "dev.latchkey.arch.fixture";
    private static final JavaClasses BROKER = new ClassFileImporter().importPath(Path.of("target", "classes"));

    @ParameterizedTest(name = "{0}")
    @MethodSource("broker")
    void holdsForTheBroker(String name, ArchRule rule) {
        rule.check(BROKER);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixtures")
    @DisplayName("each rule reports its fixture: a rule that cannot fail is worse than none")
    void reportsItsFixture(String name, ArchRule rule) {
        JavaClasses fixture = new ClassFileImporter().importPackages(FIXTURES + "." + name);

        var report = rule.evaluate(fixture).getFailureReport();

        assertThat(report.getDetails())
                .as("violations of the rule '%s'", name)
                .isNotEmpty()
                .noneMatch(detail -> detail.contains("Innocent"));
    }

    @Test
    void knowsNoMockingLibraryInTests() {
        ImportOption noFixtures = location -> !location.contains("/arch/fixture/");
        JavaClasses tests =
                new ClassFileImporter().withImportOption(noFixtures).importPath(Path.of("target", "test-classes"));

        new ArchitectureRules("dev.latchkey").noMocks().check(tests);
    }

    @Test
    void reportsEveryForbiddenPurposeAndReference() {
        JavaClasses fixture = new ClassFileImporter().importPackages(FIXTURES + ".reveal");

        var report = new ArchitectureRules(FIXTURES + ".reveal")
                .secretsAreReadInFewPlaces()
                .evaluate(fixture)
                .getFailureReport();

        assertThat(String.join("\n", report.getDetails()))
                .contains("CallsIt")
                .contains("RefersToIt")
                .contains("HandsOutWhatItMayOnlySend");
    }

    @Test
    void reportsEveryTextThatHoldsASecret() {
        JavaClasses fixture = new ClassFileImporter().importPackages(FIXTURES + ".rawsecrets");

        var report = new ArchitectureRules(FIXTURES + ".rawsecrets")
                .secretsAreNoStrings()
                .evaluate(fixture)
                .getFailureReport();

        assertThat(String.join("\n", report.getDetails()))
                .contains("accessToken", "clientSecret", "password", "optionalToken", "verifiers")
                .doesNotContain("tokenFingerprint", "TOKEN_TYPE", "wrappedToken");
    }

    @Test
    void isDescribedByTheMap() throws IOException {
        Pattern row = Pattern.compile("^\\| `([a-z0-9.]+)` \\| [^|]+ \\|([^|]*)\\|$", Pattern.MULTILINE);
        String map = Files.readString(Path.of("..", "docs", "architecture.md"));

        Map<String, Set<String>> described = row.matcher(map)
                .results()
                .collect(Collectors.toMap(
                        match -> match.group(1),
                        match -> Set.of(match.group(2).replaceAll("[` ]", "").split(","))));

        Map<String, Set<String>> table = PackageTable.MAY_USE.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        e -> Set.of(String.join(",", e.getValue()).split(","))));
        assertThat(described).isEqualTo(table);
    }

    private static Stream<Arguments> broker() {
        return rules("dev.latchkey").entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    private static Stream<Arguments> fixtures() {
        return rules("dev.latchkey").keySet().stream()
                .map(name -> Arguments.of(name, rules(FIXTURES + "." + name).get(name)));
    }

    private static Map<String, ArchRule> rules(String root) {
        return new ArchitectureRules(root).all();
    }
}
