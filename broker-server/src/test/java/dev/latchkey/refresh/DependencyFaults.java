package dev.latchkey.refresh;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.testkit.Arrests;
import dev.latchkey.testkit.BrokerApi.Answer;
import dev.latchkey.testkit.TestHttp;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What a renewal depends on fails, one after the other, around one real broker: OpenBao, PostgreSQL, the partner. Each
 * fault meets a connection of its own, at the moment at which it hurts most. The test and {@code ./latchkey faults} both
 * run this. Not thread-safe.
 */
final class DependencyFaults implements AutoCloseable {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Of an outage of both stores so much comes after SIGTERM at most: a process holds what it has for some 20 s. */
    private static final Duration AFTER_SIGTERM = Duration.ofSeconds(15);

    private final Outages outages;

    private final RefreshRig rig = new RefreshRig(RigStores.behindWires());
    private final Broker broker;

    /**
     * How long what is gone stays away.
     *
     * @param vault while nothing else is gone, R22
     * @param both vault and database together, R23
     */
    record Outages(Duration vault, Duration both) {

        /** What R22 and R23 say. */
        static final Outages OF_THE_ROWS = new Outages(Duration.ofSeconds(60), Duration.ofSeconds(30));
    }

    private DependencyFaults(Outages outages) {
        this.outages = outages;
        try {
            broker = rig.start(Map.of());
        } catch (RuntimeException e) {
            rig.close();
            throw e;
        }
    }

    /** All of them, with stores and a broker of their own. */
    static List<FaultRow> run(Outages outages) {
        try (DependencyFaults faults = new DependencyFaults(outages)) {
            List<FaultCase> ended = new ArrayList<>();
            ended.add(faults.sealedVault());
            ended.add(faults.blackHoledVault());
            ended.add(faults.steppedDown());
            ended.add(faults.droppedWrites());
            ended.add(faults.killedDatabase());
            ended.add(faults.blackHoledDatabase());
            ended.addAll(faults.lostAnswers());
            ended.addAll(faults.killedWhileStoring());
            // The last one starts the process again: what can be renewed then, it has from the stores.
            ended.add(faults.bothStoresDown());
            return ended.stream().map(FaultCase::row).toList();
        }
    }

    @Override
    public void close() {
        rig.close();
    }

    FaultCase sealedVault() {
        FaultCase it = new FaultCase(rig, broker, "sealed", "strict");
        rig.stores().bao().seal();
        it.requireRefused(it.renew(), "vault_unavailable");
        it.requireOldToken();
        it.requireCalls(0);
        it.requireWithin(PATIENCE, "readiness is DOWN", () -> !isReady());
        rig.stores().bao().unseal();
        it.requireRecovery();
        return it.alive("R21 R30 OpenBao is sealed", 1);
    }

    FaultCase blackHoledVault() {
        FaultCase it = new FaultCase(rig, broker, "dark-vault", "strict");
        rig.stores().toVault().blackHole();
        long from = System.nanoTime();
        it.requireRefused(it.renew(), "vault_unavailable");
        it.require(Duration.ofNanos(System.nanoTime() - from).compareTo(SOON) < 0, "a caller hangs");
        it.requireOldToken();
        it.requireCalls(0);
        it.requireWithin(PATIENCE, "readiness is DOWN", () -> !isReady());
        rig.stores().toVault().mend();
        it.requireRecovery();
        return it.alive("R21 R35 OpenBao is a black hole", 1);
    }

    FaultCase steppedDown() {
        FaultCase it = new FaultCase(rig, broker, "step-down", "strict");
        heldBeforeStoring(it, () -> rig.stores().bao().root("PUT", "sys/step-down", Map.of()))
                .join();
        it.requireRecovery();
        return it.alive("R34 OpenBao steps down after the partner's answer", 1);
    }

    FaultCase droppedWrites() {
        FaultCase it = new FaultCase(rig, broker, "dropped", "strict");
        Answer answer = heldBeforeStoring(it, rig.stores().toVault()::cut).join();
        it.requireRefused(answer, "vault_unavailable");
        it.require(it.isJournalled(), "the journal does not have it");
        pass(outages.vault());
        it.requireRefused(it.renew(), "vault_unavailable");
        it.requireCalls(1);
        rig.stores().toVault().mend();
        it.requireRecovery();
        it.require(!it.isJournalled(), "the journal still has it");
        it.requireNewToken();
        return it.alive("R22 OpenBao is gone for " + outages.vault().toSeconds() + " s after the partner's answer", 1);
    }

    FaultCase killedDatabase() {
        FaultCase it = new FaultCase(rig, broker, "dead-db", "strict");
        Answer answer = heldBeforeReading(it, rig.stores()::killDatabase).join();
        it.require(answer.status() >= 500, "a renewal is answered " + answer.status());
        rig.stores().startDatabaseAgain();
        it.requireRecovery();
        it.requireNewToken();
        return it.alive("R45 PostgreSQL is killed while the partner answers", 1);
    }

    FaultCase blackHoledDatabase() {
        FaultCase it = new FaultCase(rig, broker, "dark-db", "strict");
        CompletableFuture<Answer> caller = heldBeforeReading(it, rig.stores().toDatabase()::blackHole);
        it.requireWithin(PATIENCE, "readiness is DOWN", () -> !isReady());
        Answer answer = caller.join();
        it.require(answer.status() >= 500, "a renewal is answered " + answer.status());
        rig.stores().toDatabase().mend();
        it.requireRecovery();
        it.requireNewToken();
        return it.alive("R46 PostgreSQL is a black hole while the partner answers", 1);
    }

    /** The partner acts, and its answer never comes. */
    List<FaultCase> lostAnswers() {
        FaultCase none = new FaultCase(rig, broker, "lost-none", "none");
        FaultCase grace = new FaultCase(rig, broker, "lost-grace", "grace");
        FaultCase strict = new FaultCase(rig, broker, "lost-strict", "strict");
        for (FaultCase it : List.of(grace, strict, none)) {
            rig.control().fault(it.atThePartner().dropAfterCommit());
            it.requireRefused(it.renew(), "partner_bad_response");
        }
        none.endPause();
        none.requireRecovery();
        grace.requireWithin(PATIENCE, "fetched once more, without a caller", grace::isSettled);
        strict.requireOldToken();
        strict.require(strict.standing().equals("refresh_ambiguous"), "is " + strict.standing() + " at first");
        strict.requireCalls(1);
        strict.endAccessToken();
        strict.requireWithin(PATIENCE, "decided", () -> strict.standing().equals("needs_reauth"));
        return List.of(
                none.alive("R25 the answer is lost, partner does not rotate", 2),
                grace.alive("R25 the answer is lost, partner rotates with grace", 2),
                strict.as("R25 the answer is lost, partner rotates strictly", 2, "needs_reauth"));
    }

    /** K10: nobody who is left can tell whether the write has landed. */
    List<FaultCase> killedWhileStoring() {
        FaultCase landed = new FaultCase(rig, broker, "landed", "strict");
        FaultCase not = new FaultCase(rig, broker, "not-landed", "strict");
        try (Arrests arrests = DeathRow.watch(broker)) {
            for (FaultCase it : List.of(landed, not)) {
                arrests.want("K10 " + it.connection());
            }
            List<Thread> callers = List.of(abandoned(landed), abandoned(not));
            arrests.awaitAll(Set.of("K10 " + landed.connection(), "K10 " + not.connection()));
            int version = versionOf(landed);
            rig.stores().toVault().loseAnswers();
            arrests.release("K10 " + landed.connection());
            landed.requireWithin(PATIENCE, "the write lands", () -> versionOf(landed) > version);
            broker.process().kill9();
            callers.forEach(Thread::interrupt);
        }
        rig.stores().toVault().mend();
        broker.process().startAgain();
        landed.requireNewToken();
        not.requireOldToken();
        landed.requireSettled();
        not.requireWithin(PATIENCE, "ambiguous", () -> not.standing().equals("refresh_ambiguous"));
        return List.of(
                landed.alive("R20 killed at K10, the write has landed", 1),
                not.as("R20 killed at K10, the write has not landed", 1, "refresh_ambiguous"));
    }

    FaultCase bothStoresDown() {
        FaultCase it = new FaultCase(rig, broker, "both", "strict");
        CompletableFuture<Answer> caller = heldBeforeStoring(it, () -> {
            rig.stores().toVault().cut();
            rig.stores().toDatabase().cut();
        });
        it.requireWithin(PATIENCE, "readiness is DOWN", () -> !isReady());
        Duration afterSigterm = outages.both().compareTo(AFTER_SIGTERM) < 0 ? outages.both() : AFTER_SIGTERM;
        pass(outages.both().minus(afterSigterm));
        ProcessHandle process = ProcessHandle.of(broker.process().pid()).orElseThrow();
        CompletableFuture<Integer> end =
                CompletableFuture.supplyAsync(() -> broker.process().stop());
        pass(afterSigterm);
        it.require(process.isAlive(), "the process ends with the only copy in its memory");
        it.require(!caller.isDone() || caller.join().status() >= 500, "a token is handed out that is not stored");
        rig.stores().toDatabase().mend();
        rig.stores().toVault().mend();
        end.join();
        broker.process().startAgain();
        it.requireNewToken();
        it.requireSettled();
        return it.alive("R23 both stores are gone for " + outages.both().toSeconds() + " s, and SIGTERM comes", 1);
    }

    /** The new credential is in memory only, the fault comes, and the renewal goes on. */
    private CompletableFuture<Answer> heldBeforeStoring(FaultCase it, Runnable fault) {
        return held("K10 " + it.connection(), it, fault);
    }

    /** The partner has acted and begins to answer, the fault comes, and the renewal goes on. */
    private CompletableFuture<Answer> heldBeforeReading(FaultCase it, Runnable fault) {
        return held("K8 " + it.partner(), it, () -> {
            it.require(it.hasActed(), "the partner has not acted");
            fault.run();
        });
    }

    private CompletableFuture<Answer> held(String place, FaultCase it, Runnable fault) {
        try (Arrests arrests = DeathRow.watch(broker)) {
            arrests.want(place);
            CompletableFuture<Answer> caller = it.renewMeanwhile();
            arrests.awaitAll(Set.of(place));
            fault.run();
            arrests.release(place);
            return caller;
        }
    }

    private static Thread abandoned(FaultCase it) {
        return Thread.ofVirtual().start(() -> {
            try {
                it.renew();
            } catch (UncheckedIOException | IllegalStateException e) {
                // nobody answers the caller of a process that dies
            }
        });
    }

    private int versionOf(FaultCase it) {
        return rig.stores()
                .bao()
                .root("GET", "latchkey/metadata/connections/" + it.connection(), Map.of())
                .body()
                .path("data")
                .path("current_version")
                .asInt();
    }

    private boolean isReady() {
        try (TestHttp http = new TestHttp()) {
            return http.get(broker.process().baseUri().resolve("/q/health/ready"))
                            .statusCode()
                    == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** The outage goes on, and every retry that there is is made, and fails. */
    private static void pass(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
