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

    private static final Duration RENEWED_AGAIN = Duration.ofSeconds(60);
    private static final String ACTIVE = "active";
    private static final Duration LOOK = Duration.ofMillis(200);
    /**
     * Tokens live longer each time, so that who asks for a longer life is content with a renewal that somebody else, such as
     * the sweep, has finished, and never asks the partner a second time.
     */
    private static final int FIRST_LIFE = 1800;

    private static final int SECOND_LIFE = 3600;
    private static final int THIRD_LIFE = 7200;

    private final RefreshRig rig;
    private final Broker broker;
    private final Cell cell;
    private final String before;
    private final List<String> breaches = new ArrayList<>();
    private Duration recovery = Duration.ZERO;
    private String story = "";
    private long calls;

    /** Connects, and has the token in the broker's memory. */
    FaultCase(RefreshRig rig, Broker broker, String name, String rotation) {
        this.rig = rig;
        this.broker = broker;
        this.cell = rig.connect(name, rotation, FIRST_LIFE);
        this.before = ask().expect(200).text("access_token");
        cell.tokensLive(SECOND_LIFE);
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

    /** What only a renewal can give: the caller's own, or one that others have finished. */
    Answer renew() {
        return askForMoreThan(FIRST_LIFE);
    }

    private Answer askForMoreThan(int seconds) {
        return rig.app(broker)
                .post("/connections/" + cell.connection() + "/token", Map.of("min_ttl", seconds + seconds / 2));
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
        requireWithin(RECOVERY, "renewed", () -> renew().status() == 200 && rig.isSettled(cell));
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

    /** The end of the story: so often was the partner asked, and a spent token it never saw. */
    FaultCase alive(String name, long wanted) {
        require(cell.reuseDetections() == 0, "a spent token was sent");
        return as(name, wanted, ACTIVE);
    }

    /** The end of a story in which nobody could know: only here a connection may stand otherwise. */
    FaultCase as(String name, long wanted, String standing) {
        story = name;
        calls = cell.requests();
        requireCalls(wanted);
        require(standing().equals(standing), "is " + standing());
        return this;
    }

    /**
     * What came of it. Whoever is active can be renewed: the newest refresh token is where it belongs.
     */
    FaultRow row() {
        Duration recovered = recovery;
        String end = standing();
        if (end.equals(ACTIVE)) {
            cell.tokensLive(THIRD_LIFE);
            // not again within half a minute of a renewal
            requireWithin(
                    RENEWED_AGAIN,
                    "renewed once more",
                    () -> askForMoreThan(SECOND_LIFE).status() == 200);
            require(cell.requests() == calls + 1, "another renewal asks " + (cell.requests() - calls) + " times");
        }
        return new FaultRow(story, end.equals("needs_reauth"), calls, recovered, breaches);
    }
}
