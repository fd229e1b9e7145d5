package dev.latchkey.refresh;

import static org.awaitility.Awaitility.await;

import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.awaitility.core.ConditionTimeoutException;

/** A connection that is to outlive a fault of something that the broker depends on. Not thread-safe. */
final class FaultCase {

    /** R30, R45: who was out is back within this. */
    private static final Duration RECOVERY = Duration.ofSeconds(30);

    /** R20. */
    private static final Duration SWEPT = Duration.ofSeconds(60);

    private static final Duration LOOK = Duration.ofMillis(200);
    private static final int LIFE = 600;
    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);
    /** What a renewed connection answers to a wish that no token of the partner's fulfils. */
    private static final String RENEWED = "cannot_satisfy_min_ttl";

    private final RefreshRig rig;
    private final Broker broker;
    private final Cell cell;
    private final String before;
    private final List<String> breaches = new ArrayList<>();
    private Duration recovery = Duration.ZERO;

    /** Connects, and has the token in the broker's memory. */
    FaultCase(RefreshRig rig, Broker broker, String name, String rotation) {
        this.rig = rig;
        this.broker = broker;
        this.cell = rig.connect(name, rotation, LIFE);
        this.before = ask().expect(200).text("access_token");
    }

    String connection() {
        return cell.connection();
    }

    String partner() {
        return cell.partner();
    }

    /** The token as it is. */
    Answer ask() {
        return rig.app(broker).post("/connections/" + cell.connection() + "/token");
    }

    /** By a renewal. */
    Answer renew() {
        return rig.app(broker).post("/connections/" + cell.connection() + "/token", LONGER);
    }

    CompletableFuture<Answer> renewMeanwhile() {
        return CompletableFuture.supplyAsync(this::renew);
    }

    /** A fault of the partner's at the next renewal. */
    FaultOrder atThePartner() {
        return FaultOrder.at(cell.sandboxName()).endpoint("refresh");
    }

    void require(boolean holds, String rule) {
        if (!holds) {
            breaches.add(rule);
        }
    }

    void requireRefused(Answer answer, String code) {
        require(answer.code().equals(code), "a renewal is answered " + answer.status() + " " + answer.code());
        require(answer.json().path("access_token").isMissingNode(), "a token is handed out that is not stored");
    }

    /** The token that was there before is served, although it cannot be renewed. */
    void requireOldToken() {
        Answer answer = ask();
        require(
                before.equals(answer.json().path("access_token").asText()),
                "the living token is not served, but " + answer.status() + " " + answer.code());
    }

    void requireNewToken() {
        Answer answer = ask();
        require(
                answer.status() == 200
                        && !before.equals(answer.json().path("access_token").asText()),
                "the new token is not served, but " + answer.status() + " " + answer.code());
    }

    void requireCalls(long wanted) {
        require(cell.requests() == wanted, "the partner was asked " + cell.requests() + " times");
    }

    /** Waits until something is so. */
    void requireWithin(Duration patience, String rule, Callable<Boolean> condition) {
        long from = System.nanoTime();
        try {
            await().atMost(patience).pollInterval(LOOK).ignoreExceptions().until(condition);
        } catch (ConditionTimeoutException e) {
            require(false, rule + " not within " + patience.toSeconds() + " s");
        }
        recovery = Duration.ofNanos(System.nanoTime() - from);
    }

    /** The fault is over: the connection is renewed, or was, and nothing is open. */
    void requireRecovery() {
        requireWithin(RECOVERY, "renewed", () -> renew().code().equals(RENEWED) && rig.isSettled(cell));
    }

    /** Without a caller: the sweep alone has settled it (R20). */
    void requireSettled() {
        requireWithin(SWEPT, "settled", () -> rig.isSettled(cell));
    }

    boolean hasActed() {
        return cell.refreshes() == 1;
    }

    boolean isJournalled() {
        return !rig.tables()
                .texts("select 1 from refresh_journal where connection = ?", UUID.fromString(cell.connection()))
                .isEmpty();
    }

    String standing() {
        return rig.standing(cell);
    }

    boolean isSettled() {
        return rig.isSettled(cell);
    }

    void endPause() {
        rig.tables().change("update connection set retry_at = null where id = ?", UUID.fromString(cell.connection()));
    }

    void endAccessToken() {
        rig.tables()
                .change(
                        "update connection set token_expires_at = now(), refresh_due_at = now() where id = ?",
                        UUID.fromString(cell.connection()));
    }

    /** The end of the story: so often was the partner asked, a spent token it never saw, and the next renewal works. */
    FaultRow alive(String name, long wanted) {
        requireCalls(wanted);
        long calls = cell.requests();
        String code = renew().code();
        require(code.equals(RENEWED), "is not renewed any more, but " + code);
        require(cell.reuseDetections() == 0, "a spent token was sent");
        require(standing().equals("active"), "is " + standing());
        return new FaultRow(name, !standing().equals("active"), calls, recovery, breaches);
    }

    /** The end of a story in which nobody could know: only here a connection may stand otherwise. */
    FaultRow as(String name, long calls, String wanted) {
        requireCalls(calls);
        require(standing().equals(wanted), "is " + standing());
        return new FaultRow(name, standing().equals("needs_reauth"), cell.requests(), recovery, breaches);
    }
}
