package dev.latchkey.refresh;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.jdi.Value;
import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.Arrests;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Sends renewals to their points and kills the process when all of them are there. Not thread-safe. */
final class DeathRow {

    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);
    /** Below the broker's patience with a partner. */
    private static final Duration ON_THE_WIRE = Duration.ofSeconds(8);

    private static final Duration LATE = Duration.ofSeconds(20);
    /** A debugger that is asked by all at once is slower than the deadlines that run meanwhile. */
    private static final int AT_ONCE = 24;

    private final RefreshRig rig;
    private final Broker broker;

    DeathRow(RefreshRig rig, Broker broker) {
        this.rig = rig;
        this.broker = broker;
    }

    /** Does it; the time of the kill, by {@link System#nanoTime()}. */
    long kill(List<Victim> victims) {
        List<Thread> callers = new ArrayList<>();
        try (Arrests arrests = watch(broker)) {
            victims.forEach(victim -> order(victim, arrests));
            List<Victim> held =
                    victims.stream().filter(victim -> !isOnTheWire(victim)).toList();
            for (int from = 0; from < held.size(); from += AT_ONCE) {
                List<Victim> some = held.subList(from, Math.min(from + AT_ONCE, held.size()));
                some.forEach(victim -> callers.add(Thread.ofVirtual().start(() -> ask(victim))));
                arrests.awaitAll(some.stream().map(DeathRow::place).collect(Collectors.toSet()));
            }
            List<Victim> onTheWire =
                    victims.stream().filter(DeathRow::isOnTheWire).toList();
            onTheWire.forEach(victim -> callers.add(Thread.ofVirtual().start(() -> ask(victim))));
            // K6: the request is at the partner, which will not act. K7: it has acted, and its answer is on the way.
            await().atMost(ON_THE_WIRE).until(() -> {
                JsonNode counters = rig.control().counters();
                return onTheWire.stream().allMatch(victim -> hasArrived(victim, counters));
            });
            long now = System.nanoTime();
            broker.process().kill9();
            return now;
        } finally {
            callers.forEach(Thread::interrupt);
        }
    }

    /** A debugger that can hold renewals at K1 to K5 and K8 to K14. */
    static Arrests watch(Broker broker) {
        Arrests arrests = Arrests.attach(broker.debugPort());
        arrests.watch(
                "dev.latchkey.refresh.NoKillPoints",
                "at",
                values -> Arrests.text(Arrests.member(values.get(0), "name")) + " " + Arrests.uuid(values.get(1)));
        arrests.watch(
                "org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection",
                "sendRequestEntity",
                values -> "K5 " + partnerIn(Arrests.text(Arrests.member(values.get(0), "path"))));
        arrests.watch(
                "dev.latchkey.handshake.protocol.answer.TokenAnswerReader", "read", DeathRow::partnerOfTheContext);
        return arrests;
    }

    private void order(Victim victim, Arrests arrests) {
        FaultOrder at = FaultOrder.at(victim.cell().sandboxName()).endpoint("refresh");
        switch (victim.place().point()) {
            case 6 -> {
                rig.control().fault(at.latency(LATE));
                rig.control().fault(at.dropBeforeCommit());
            }
            case 7 -> rig.control().fault(at.latencyAfterCommit(LATE));
            default -> arrests.want(place(victim));
        }
    }

    private static boolean isOnTheWire(Victim victim) {
        return victim.place().point() == 6 || victim.place().point() == 7;
    }

    private static boolean hasArrived(Victim victim, JsonNode counters) {
        if (victim.place().point() == 7) {
            return victim.cell().refreshes() == 1;
        }
        JsonNode partner = counters.path("partners").path(victim.cell().sandboxName());
        return partner.path("requests").path("refresh").asLong() == 1;
    }

    private static String place(Victim victim) {
        return switch (victim.place().point()) {
            case 5 -> "K5 " + victim.cell().partner();
            case 8 -> "K8 " + victim.cell().partner();
            default -> "K" + victim.place().point() + " " + victim.cell().connection();
        };
    }

    private static String partnerIn(String path) {
        return path.replaceAll("^.*/generic/([a-z0-9-]+)/.*$", "$1");
    }

    private static String partnerOfTheContext(List<Value> values) {
        return "K8 " + Arrests.text(Arrests.member(Arrests.member(values.get(1), "partner"), "id"));
    }

    /** Nobody answers the callers of a process that dies. */
    private void ask(Victim victim) {
        try {
            rig.app(broker).post("/connections/" + victim.cell().connection() + "/token", LONGER);
        } catch (UncheckedIOException | IllegalStateException e) {
            // as was to be expected
        }
    }
}
