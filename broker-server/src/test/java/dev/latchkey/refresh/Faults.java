package dev.latchkey.refresh;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The program behind {@code ./latchkey faults}: kills real brokers and breaks what they depend on, prints what came of it,
 * and ends with 1 if a rule of docs/refresh-protocol does not hold.
 */
final class Faults {

    /** More of them in one process make the debugger slower than the deadlines that run meanwhile. */
    private static final int KILLS_A_ROUND = 4;

    private Faults() {}

    /** Options: {@code --kills N --grace SECONDS --store local|kv2|both --only MATRIX|DEPENDENCIES}. */
    public static void main(String[] options) throws IOException {
        Map<String, String> given = Options.of(options, List.of("--kills", "--grace", "--store", "--only"));
        int kills = Integer.parseInt(given.getOrDefault("--kills", "3"));
        int grace = Integer.parseInt(given.getOrDefault("--grace", "600"));
        String store = given.getOrDefault("--store", "both");
        String only = given.getOrDefault("--only", "");
        System.out.println(Options.machine());
        boolean whole = true;
        if (!only.equals("DEPENDENCIES")) {
            whole = matrix(store, kills, grace);
        }
        if (!only.equals("MATRIX")) {
            List<FaultRow> rows = DependencyFaults.run(DependencyFaults.Outages.OF_THE_ROWS);
            System.out.println(FaultTable.dependencies(rows));
            whole &= rows.stream().allMatch(row -> row.breaches().isEmpty());
        }
        System.out.println(Options.load());
        System.out.println(whole ? "faults: no broken cell" : "faults: BROKEN");
        System.exit(whole ? 0 : 1);
    }

    /** Both stores at the same time: most of it is waiting. */
    private static boolean matrix(String store, int kills, int grace) {
        List<String> stores = store.equals("both") ? List.of("local", "kv2") : List.of(store);
        try (ExecutorService threads = Executors.newFixedThreadPool(stores.size())) {
            List<CompletableFuture<Boolean>> running = stores.stream()
                    .map(name -> CompletableFuture.supplyAsync(() -> matrixOn(name, kills, grace), threads))
                    .toList();
            return running.stream().map(CompletableFuture::join).toList().stream()
                    .allMatch(whole -> whole);
        }
    }

    private static boolean matrixOn(String store, int kills, int grace) {
        List<Victim> victims = new ArrayList<>();
        RigStores stores = store.equals("kv2") ? RigStores.openBao() : RigStores.local();
        try (RefreshRig rig = new RefreshRig(stores, grace)) {
            KillMatrix matrix = new KillMatrix(rig);
            for (int round = 1; victims.size() < kills * MatrixCell.all().size(); round++) {
                int left = kills - victims.size() / MatrixCell.all().size();
                victims.addAll(matrix.round(round, Math.min(left, KILLS_A_ROUND)));
                System.err.println(
                        store + ": " + victims.size() / MatrixCell.all().size() + " of " + kills + " kills a cell");
            }
        }
        System.out.println(FaultTable.matrix(store, victims));
        return FaultTable.breaches(victims).isEmpty();
    }
}
