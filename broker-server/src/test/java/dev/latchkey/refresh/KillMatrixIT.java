package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The matrix of docs/refresh-protocol on both stores, at the same time since it waits most of it. {@code ./latchkey
 * faults} kills more often.
 */
@Tag("alone")
class KillMatrixIT {

    private static final int KILLS = 3;

    private static final ExecutorService THREADS = Executors.newFixedThreadPool(2);
    private static CompletableFuture<List<Victim>> local = new CompletableFuture<>();
    private static CompletableFuture<List<Victim>> openBao = new CompletableFuture<>();

    @BeforeAll
    static void start() {
        local = CompletableFuture.supplyAsync(() -> run(RigStores::local), THREADS);
        openBao = CompletableFuture.supplyAsync(() -> run(RigStores::openBao), THREADS);
    }

    @AfterAll
    static void stop() {
        THREADS.close();
    }

    @Test
    @DisplayName(
            "R18 R19 R20 kill -9 at K1 to K14 loses nothing that can be kept, and is ambiguous only where the table says")
    void onTheLocalStore() {
        List<Victim> victims = local.join();
        System.out.println(FaultTable.matrix("local", victims));
        assertThat(victims).hasSize(42 * KILLS);
        assertThat(FaultTable.breaches(victims)).isEmpty();
    }

    @Test
    @DisplayName("R18 R19 R20 the same with the secrets in OpenBao")
    void onOpenBao() {
        List<Victim> victims = openBao.join();
        System.out.println(FaultTable.matrix("kv2", victims));
        assertThat(victims).hasSize(42 * KILLS);
        assertThat(FaultTable.breaches(victims)).isEmpty();
    }

    private static List<Victim> run(Supplier<RigStores> stores) {
        try (RefreshRig rig = new RefreshRig(stores.get())) {
            return new KillMatrix(rig).round(1, KILLS);
        }
    }
}
