package dev.latchkey.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The clock is set to the database's time during the start, and again whenever a database with another clock answers. */
class ClockUseTest {

    private static final JavaClasses BROKER = new ClassFileImporter().importPath(Path.of("target", "classes"));

    @Test
    @DisplayName(
            "R51 what comes before the clock is set, or at the same time, uses neither the clock nor the secret store")
    void setsTheClockFirst() {
        List<String> early = BROKER.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(ClockUseTest::observesTheStart)
                .filter(method -> priority(method) <= 2)
                .map(method -> priority(method) + " " + method.getOwner().getSimpleName())
                .sorted()
                .toList();

        assertThat(early).containsExactly("1 SchemaAtStart", "1 Standstill", "1 UnknownKeys", "2 ClockComparison");
    }

    @Test
    @DisplayName("R51 the life of a token of the secret store is a length of time, which no clock tells")
    void countsTokensWithoutClock() {
        noClasses()
                .that()
                .resideInAPackage("dev.latchkey.vault.kv2")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .check(BROKER);
    }

    private static boolean observesTheStart(JavaMethod method) {
        return method.getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(StartupEvent.class));
    }

    private static int priority(JavaMethod method) {
        return method.getParameters().stream()
                .filter(parameter -> parameter.isAnnotatedWith(Priority.class))
                .mapToInt(parameter ->
                        parameter.getAnnotationOfType(Priority.class).value())
                .findFirst()
                .orElse(Integer.MAX_VALUE);
    }
}
