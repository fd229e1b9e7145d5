package dev.latchkey.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogWatchTest {

    @TempDir
    Path folder;

    private Catalog catalog;
    private CatalogWatch watch;

    @BeforeEach
    void start() throws IOException {
        write("first.yaml", row("first"));
        catalog = TestCatalog.with(folder);
        watch = new CatalogWatch(catalog, () -> Optional.of(folder));
    }

    @Test
    @DisplayName("a new row and a changed one are there without a restart, a removed one is not")
    void followsTheFolder() throws IOException {
        write("second.yaml", row("second"));
        write("first.yaml", row("first").replace("name: Example", "name: Another name"));
        watch.readIfChanged();

        assertThat(catalog.find("second")).isPresent();
        assertThat(catalog.find("first").orElseThrow().name()).isEqualTo("Another name");

        Files.delete(folder.resolve("first.yaml"));
        watch.readIfChanged();

        assertThat(catalog.find("first")).isEmpty();
    }

    @Test
    @DisplayName("R133 a bad file leaves the catalog as it was, until it is mended")
    void survivesABadFile() throws IOException {
        write("second.yaml", "id: [");
        watch.readIfChanged();

        assertThat(catalog.find("first")).isPresent();
        assertThat(catalog.find("second")).isEmpty();

        write("second.yaml", row("second"));
        watch.readIfChanged();

        assertThat(catalog.find("second")).isPresent();
    }

    @Test
    @DisplayName("what has not changed is not read again")
    void readsNothingInVain() {
        var before = catalog.find("first").orElseThrow();
        watch.readIfChanged();

        assertThat(catalog.find("first").orElseThrow()).isSameAs(before);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static String row(String id) {
        return CatalogLoaderTest.MINIMAL.replace("id: example", "id: " + id);
    }
}
