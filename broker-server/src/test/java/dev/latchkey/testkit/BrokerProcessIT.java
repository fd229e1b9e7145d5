package dev.latchkey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The packaged broker starts, survives its own murder on the same data, stops in order and leaves nothing behind. */
class BrokerProcessIT {

    @Test
    @DisplayName("starts, is killed, starts again on the same data, stops, and leaves no process and no file")
    void livesTwiceAndLeavesNothing() {
        try (var http = new TestHttp()) {
            var broker = BrokerProcess.start();
            try (broker) {
                assertThat(http.get(broker.baseUri().resolve("/api/v1/catalog"), broker.admin())
                                .statusCode())
                        .isEqualTo(200);
                assertThat(http.get(broker.baseUri().resolve("/q/openapi")).statusCode())
                        .isEqualTo(200);

                broker.kill9();
                assertThat(ProcessHandle.of(broker.pid()).filter(ProcessHandle::isAlive))
                        .isEmpty();
                broker.startAgain();
                assertThat(http.get(broker.baseUri().resolve("/api/v1/partners"), broker.admin())
                                .statusCode())
                        .isEqualTo(200);

                broker.stop();
                assertThat(broker.dataFolder().resolve("postgres/postmaster.pid"))
                        .doesNotExist();
            }
            assertThat(Files.exists(broker.dataFolder())).isFalse();
            assertThat(ProcessHandle.of(broker.pid()).filter(ProcessHandle::isAlive))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("a database orphaned by a killed broker ends with the kit")
    void endsAnOrphanedDatabase() {
        var broker = BrokerProcess.start();
        long database;
        try (broker) {
            database = broker.databasePid().orElseThrow();
            broker.kill9();
        }
        assertThat(ProcessHandle.of(database).filter(ProcessHandle::isAlive)).isEmpty();
    }
}
