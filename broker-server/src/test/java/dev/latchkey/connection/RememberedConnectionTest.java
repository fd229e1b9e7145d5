package dev.latchkey.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is remembered of a connection serves for the version that it was seen at, and for no other. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class RememberedConnectionTest {

    @Inject
    Connections connections;

    @Inject
    DataSource database;

    @Test
    @DisplayName("what another process has changed is read, and what nobody has changed is not")
    void followsTheVersion() {
        Story story = new Story().partner(Map.of());
        UUID id = UUID.fromString(story.active(story.app("shop"), "read"));
        Connection seen = connections.freshSnapshot(id).orElseThrow();

        rename(id, 0);
        assertThat(connections.at(id, seen.version())).contains(seen);

        rename(id, 1);
        assertThat(connections.at(id, seen.version() + 1).orElseThrow().owner()).isEqualTo("somebody-else");
    }

    @Test
    @DisplayName("an unknown connection is nobody's")
    void unknown() {
        assertThat(connections.at(UUID.randomUUID(), 1)).isEmpty();
    }

    private void rename(UUID id, int versions) {
        new BrokerTables(database)
                .change(
                        "update connection set owner = 'somebody-else', version = version + ? where id = ?",
                        versions,
                        id);
    }
}
