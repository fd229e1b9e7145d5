package dev.latchkey.hygiene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids and secrets come from the platform's DRBG and from nowhere else; the architecture rules hold the calls to it. */
class UnguessableTest {

    private static final int MANY = 300_000;
    private static final Path MAIN = Path.of("src", "main", "java");

    /** Beside what {@code ArchitectureRules.timeAndChanceAreInjected} sees in byte code: also in names and imports. */
    private static final Pattern WEAK = Pattern.compile("(?<!Secure)\\bRandom\\b|ThreadLocalRandom|SplittableRandom"
            + "|Math\\.random|RandomGenerator|RandomStringUtils|timeBased|nameUUIDFromBytes|new UUID\\(|randomSeed"
            + "|\\.setSeed\\(|SHA1PRNG|getInstanceStrong");

    @Test
    @DisplayName("R158 makes no secret and no id twice, and each of full length")
    void makesNothingTwice() {
        SecretGenerator generator = new SecretGenerator(new SecureRandom());
        Set<Secret> secrets = new HashSet<>(MANY * 2);
        Set<UUID> ids = new HashSet<>(MANY * 2);
        for (int i = 0; i < MANY; i++) {
            Secret secret = generator.next();
            assertThat(secret.length() == 43 && secrets.add(secret)).isTrue();
            UUID id = UUID.randomUUID();
            assertThat(id.version() == 4 && ids.add(id)).isTrue();
        }
    }

    @Test
    @DisplayName("R158 knows no other source of randomness in its sources")
    void knowsNoWeakSource() throws IOException {
        try (Stream<Path> tree = Files.walk(MAIN)) {
            List<Path> sources =
                    tree.filter(path -> path.toString().endsWith(".java")).toList();
            assertThat(sources).hasSizeGreaterThan(100);
            for (Path source : sources) {
                assertThat(weakIn(Files.readString(source)))
                        .as(source.toString())
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "new java.util.Random()",
                "import java.util.Random;",
                "Math.random()",
                "ThreadLocalRandom.current()",
                "new UUID(time, node)",
                "UUID.nameUUIDFromBytes(name)"
            })
    @DisplayName("R158 the search finds a weak source")
    void findsAWeakSource(String planted) {
        assertThat(weakIn("final class Dice { Object roll = " + planted + "; }"))
                .isNotEmpty();
    }

    @Test
    @DisplayName("R158 takes SecureRandom and UUID.randomUUID for what they are")
    void takesTheGoodOnes() {
        assertThat(weakIn("SecureRandom random; UUID id = UUID.randomUUID(); UUID.fromString(text)"))
                .isEmpty();
    }

    private static List<String> weakIn(String source) {
        return WEAK.matcher(source).results().map(found -> found.group()).toList();
    }
}
