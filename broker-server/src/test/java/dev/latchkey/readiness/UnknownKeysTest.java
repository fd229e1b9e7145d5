package dev.latchkey.readiness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jboss.jandex.DotName;
import org.jboss.jandex.Index;
import org.jboss.jandex.Indexer;
import org.junit.jupiter.api.Test;

class UnknownKeysTest {

    private final KnownKeys known = new KnownKeys(
            Set.of("latchkey.http.public-url", "latchkey.outbound.ports", "latchkey.x.*.rate", "latchkey.data"));

    @Test
    void findsMisspeltProperties() {
        assertThat(properties("latchkey.http.public-ulr", "latchkey.http", "%prod.latchkey.nope", "latchkey.x.a.rat"))
                .containsExactlyInAnyOrder(
                        "latchkey.http.public-ulr", "latchkey.http", "%prod.latchkey.nope", "latchkey.x.a.rat");
        assertThat(properties("latchkey.http.public-url.x")).hasSize(1);
    }

    @Test
    void takesKnownPropertiesAndThoseOfOthers() {
        assertThat(properties(
                        "latchkey.http.public-url",
                        "%dev.latchkey.http.public-url",
                        "latchkey.outbound.ports[0]",
                        "latchkey.x.a.rate",
                        "latchkey.x.\"a.b\".rate",
                        "latchkey.data",
                        "quarkus.http.port",
                        "latchkeyish"))
                .isEmpty();
    }

    @Test
    void findsMisspeltVariables() {
        assertThat(variables("LATCHKEY_HTTP_PUBLIC_ULR", "LATCHKEY_NOPE", "LATCHKEY_", "LATCHKEY_DATA_X"))
                .hasSize(4);
    }

    @Test
    void takesKnownVariablesAndThoseOfKubernetes() {
        assertThat(variables(
                        "LATCHKEY_HTTP_PUBLIC_URL",
                        "LATCHKEY_DATA",
                        "LATCHKEY_X_A_RATE",
                        "LATCHKEY_SERVICE_HOST",
                        "LATCHKEY_SERVICE_PORT",
                        "LATCHKEY_SERVICE_PORT_HTTP",
                        "LATCHKEY_PORT",
                        "LATCHKEY_PORT_8080_TCP",
                        "LATCHKEY_PORT_8080_TCP_ADDR",
                        "LATCHKEY_CONSOLE_SERVICE_HOST",
                        "LATCHKEY_CONSOLE_PORT_443_TCP_PROTO",
                        "HOME",
                        "MY_LATCHKEY_NOPE"))
                .isEmpty();
    }

    @Test
    void findsAMisspeltPort() {
        assertThat(UnknownKeys.judge(known, List.of("LATCHKEY_HTPP_PORT"), name -> "8080", true))
                .containsExactly("LATCHKEY_HTPP_PORT");
    }

    @Test
    void ignoresWhatTheFrameworkGuessesFromVariables() {
        assertThat(UnknownKeys.judge(known, List.of("latchkey.service.host"), name -> "x", true))
                .isEmpty();
    }

    @Test
    void listsEveryConfigMapping() throws IOException {
        Set<String> mappings = new TreeSet<>();
        for (var mapping : index().getAnnotations(DotName.createSimple("io.smallrye.config.ConfigMapping"))) {
            mappings.add(mapping.target().asClass().name().toString());
        }

        assertThat(KnownKeys.lines().stream().filter(line -> !line.startsWith("latchkey.")))
                .containsExactlyInAnyOrderElementsOf(mappings);
    }

    @Test
    void knowsTheKeysOfThisBuild() {
        assertThat(KnownKeys.ofThisBuild().names())
                .contains("latchkey.http.public-url", "latchkey.identity.issuer", "latchkey.data")
                .allMatch(name -> name.startsWith("latchkey."));
    }

    @Test
    void stopsTheStartNamingTheKeyAndNotItsValue() {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(
                        Map.of("latchkey.limits.failed-authentication", "value-of-it", "latchkey.http.port", "1"),
                        "test",
                        100))
                .build();

        assertThatThrownBy(() -> new UnknownKeys(config).check(new StartupEvent()))
                .hasMessageContaining("latchkey.limits.failed-authentication")
                .hasMessageNotContaining("latchkey.http.port")
                .hasMessageNotContaining("value-of-it");
    }

    private Set<String> properties(String... names) {
        return UnknownKeys.judge(known, List.of(names), name -> "x", false);
    }

    private Set<String> variables(String... names) {
        return UnknownKeys.judge(known, List.of(names), name -> "tcp://10.0.0.1:80", true);
    }

    private static Index index() throws IOException {
        Indexer indexer = new Indexer();
        try (Stream<Path> files = Files.walk(Path.of("target", "classes", "dev"))) {
            for (Path file :
                    files.filter(it -> it.toString().endsWith(".class")).toList()) {
                try (var bytes = Files.newInputStream(file)) {
                    indexer.index(bytes);
                }
            }
        }
        return indexer.complete();
    }
}
