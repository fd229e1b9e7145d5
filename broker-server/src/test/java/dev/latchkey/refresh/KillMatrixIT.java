package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.jdi.Value;
import dev.latchkey.refresh.RefreshRig.Broker;
import dev.latchkey.refresh.RefreshRig.Cell;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.testkit.Arrests;
import dev.latchkey.testkit.BrokerApi.Answer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The matrix of docs/refresh-protocol: 14 points at which a process dies, times what partners do with a spent token. All
 * cells are held at their points in one real broker, which then gets one SIGKILL, so that each of them sees the death of
 * its process there; the broker starts again and every cell must be what the table says. {@code latchkey.test.kills} is
 * the number of connections a cell.
 */
class KillMatrixIT {

    private static final int KILLS = Integer.getInteger("latchkey.test.kills", 1);
    private static final List<String> ROTATIONS = List.of("none", "grace", "strict");
    private static final int LIFE = 600;
    private static final Map<String, Integer> LONGER = Map.of("min_ttl", 3600);

    /** A cell, the point at which its process died, and the access token that it had before. */
    private record Victim(Cell cell, int point, String rotation, String before) {

        boolean intentOpen() {
            return point >= 4 && point <= 10;
        }

        boolean partnerActed() {
            return point >= 7;
        }

        /** Only here nobody can know, and only the end of the access token allows to find out. */
        boolean ambiguous() {
            return intentOpen() && rotation.equals("strict");
        }

        boolean lost() {
            return ambiguous() && partnerActed();
        }
    }

    @Test
    @DisplayName(
            "R18 R19 R20 kill -9 at K1 to K14 loses nothing that can be kept, and is ambiguous only where the table says")
    void matrix() {
        try (RefreshRig rig = new RefreshRig()) {
            Broker broker = rig.start(Map.of());
            List<Victim> victims = connect(rig, broker);
            killAtTheirPoints(rig, broker, victims);
            broker.process().startAgain();
            SoftAssertions softly = new SoftAssertions();

            served(rig, broker, victims, softly);
            recovered(rig, victims, softly);
            if (softly.wasSuccess()) {
                ended(rig, victims, softly);
                alive(rig, broker, victims, softly);
            }

            print(rig, victims);
            softly.assertAll();
        }
    }

    private static List<Victim> connect(RefreshRig rig, Broker broker) {
        List<Victim> victims = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            for (int point = 1; point <= 14; point++) {
                for (String rotation : ROTATIONS) {
                    Cell cell = rig.connect("k" + point + "-" + rotation + "-" + kill, rotation, LIFE);
                    victims.add(new Victim(cell, point, rotation, token(rig, broker, cell)));
                }
            }
        }
        return victims;
    }

    /** Sends every cell to its point and kills the process when all are there. */
    private static void killAtTheirPoints(RefreshRig rig, Broker broker, List<Victim> victims) {
        try (Arrests arrests = Arrests.attach(broker.debugPort())) {
            arrests.watch(
                    "dev.latchkey.refresh.NoKillPoints",
                    "at",
                    values -> Arrests.text(Arrests.member(values.get(0), "name")) + " " + Arrests.uuid(values.get(1)));
            arrests.watch(
                    "org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection",
                    "sendRequestEntity",
                    values -> "K5 " + partnerIn(Arrests.text(Arrests.member(values.get(0), "path"))));
            arrests.watch(
                    "dev.latchkey.handshake.protocol.TokenAnswerReader", "read", KillMatrixIT::partnerOfTheContext);
            for (Victim victim : victims) {
                order(rig, victim, arrests);
            }
            List<Victim> held = victims.stream()
                    .filter(victim -> victim.point() != 6 && victim.point() != 7)
                    .toList();
            List<Victim> onTheWire =
                    victims.stream().filter(victim -> !held.contains(victim)).toList();
            List<Thread> callers = new ArrayList<>();
            held.forEach(victim -> callers.add(Thread.ofVirtual().start(() -> ask(rig, broker, victim))));
            arrests.awaitAll(held.stream().map(KillMatrixIT::place).collect(Collectors.toSet()));
            onTheWire.forEach(victim -> callers.add(Thread.ofVirtual().start(() -> ask(rig, broker, victim))));
            // K6: the request is at the partner, which will not act. K7: it has acted, and its answer is on the way.
            await().atMost(Duration.ofSeconds(8))
                    .until(() -> victims.stream()
                            .filter(victim -> victim.point() == 6)
                            .allMatch(victim -> victim.cell().requests() == 1));
            await().atMost(Duration.ofSeconds(8))
                    .until(() -> victims.stream()
                            .filter(victim -> victim.point() == 7)
                            .allMatch(victim -> victim.cell().refreshes() == 1));
            broker.process().kill9();
            callers.forEach(Thread::interrupt);
        }
    }

    private static void order(RefreshRig rig, Victim victim, Arrests arrests) {
        FaultOrder at = FaultOrder.at(victim.cell().sandboxName()).endpoint("refresh");
        switch (victim.point()) {
            case 6 -> {
                rig.control().fault(at.latency(Duration.ofSeconds(20)));
                rig.control().fault(at.dropBeforeCommit());
            }
            case 7 -> rig.control().fault(at.latencyAfterCommit(Duration.ofSeconds(20)));
            default -> arrests.want(place(victim));
        }
    }

    private static String place(Victim victim) {
        return switch (victim.point()) {
            case 5 -> "K5 " + victim.cell().partner();
            case 8 -> "K8 " + victim.cell().partner();
            default -> "K" + victim.point() + " " + victim.cell().connection();
        };
    }

    private static String partnerIn(String path) {
        return path.replaceAll("^.*/generic/([a-z0-9-]+)/.*$", "$1");
    }

    private static String partnerOfTheContext(List<Value> values) {
        return "K8 " + Arrests.text(Arrests.member(Arrests.member(values.get(1), "partner"), "id"));
    }

    /** Nobody answers the callers of a process that dies. */
    private static void ask(RefreshRig rig, Broker broker, Victim victim) {
        try {
            rig.app(broker).post("/connections/" + victim.cell().connection() + "/token", LONGER);
        } catch (UncheckedIOException | IllegalStateException e) {
            assertThat(e).isNotNull();
        }
    }

    private static String token(RefreshRig rig, Broker broker, Cell cell) {
        return rig.app(broker)
                .post("/connections/" + cell.connection() + "/token")
                .expect(200)
                .text("access_token");
    }

    /** At once after the start, whatever is open: the old token, or the new one where it had been stored. */
    private static void served(RefreshRig rig, Broker broker, List<Victim> victims, SoftAssertions softly) {
        for (Victim victim : victims) {
            Answer answer = rig.app(broker).post("/connections/" + victim.cell().connection() + "/token");
            softly.assertThat(answer.status()).as(victim + " is served").isEqualTo(200);
            if (victim.point() >= 11) {
                softly.assertThat(answer.json().path("access_token").asText())
                        .as(victim + " is served what was stored")
                        .isNotEqualTo(victim.before());
            }
        }
    }

    /** Without any caller: the sweep alone brings every cell to where the table wants it. */
    private static void recovered(RefreshRig rig, List<Victim> victims, SoftAssertions softly) {
        for (Victim victim : victims) {
            String wanted = victim.ambiguous() ? "refresh_ambiguous" : "active";
            await(victim.toString())
                    .atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofMillis(500))
                    .ignoreExceptions()
                    .until(() -> rig.standing(victim.cell()).equals(wanted)
                            && (victim.ambiguous() || rig.isSettled(victim.cell())));
            Cell cell = victim.cell();
            softly.assertThat(cell.reuseDetections())
                    .as(victim + " spends nothing twice")
                    .isZero();
            if (!victim.intentOpen() || victim.ambiguous()) {
                softly.assertThat(cell.refreshes())
                        .as(victim + " is at the partner as before")
                        .isEqualTo(victim.partnerActed() ? 1 : 0);
            }
        }
    }

    /** The old access tokens of the ambiguous end: one more attempt decides. */
    private static void ended(RefreshRig rig, List<Victim> victims, SoftAssertions softly) {
        List<Victim> ambiguous = victims.stream().filter(Victim::ambiguous).toList();
        ambiguous.forEach(victim -> rig.tables()
                .change(
                        "update connection set token_expires_at = now(), refresh_due_at = now() where id = ?",
                        UUID.fromString(victim.cell().connection())));
        for (Victim victim : ambiguous) {
            String wanted = victim.lost() ? "needs_reauth" : "active";
            await(victim.toString())
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> rig.standing(victim.cell()).equals(wanted) && rig.isSettled(victim.cell()));
            softly.assertThat(rig.audited(victim.cell(), "connection_needs_reauth"))
                    .as(victim + " is told once")
                    .isEqualTo(victim.lost() ? 1 : 0);
            softly.assertThat(victim.cell().reuseDetections())
                    .as(victim + " is sent once more, and no more")
                    .isEqualTo(victim.lost() ? 1 : 0);
        }
    }

    /** Whoever is not lost can be renewed: the newest refresh token is where it belongs. */
    private static void alive(RefreshRig rig, Broker broker, List<Victim> victims, SoftAssertions softly) {
        for (Victim victim : victims) {
            if (victim.lost()) {
                continue;
            }
            long before = victim.cell().refreshes();
            String path = "/connections/" + victim.cell().connection() + "/token";
            String code = rig.app(broker).post(path, LONGER).code();
            softly.assertThat(code).as(victim + " is renewed").isEqualTo("cannot_satisfy_min_ttl");
            boolean justNow = victim.cell().refreshes() == before;
            softly.assertThat(victim.cell().refreshes())
                    .as(victim + " is renewed once")
                    .isEqualTo(justNow ? before : before + 1);
            softly.assertThat(victim.cell().reuseDetections())
                    .as(victim.toString())
                    .isZero();
            softly.assertThat(rig.standing(victim.cell())).as(victim.toString()).isEqualTo("active");
        }
    }

    private static void print(RefreshRig rig, List<Victim> victims) {
        Function<Victim, String> outcome = victim -> rig.standing(victim.cell()) + " "
                + victim.cell().refreshes() + "/" + victim.cell().requests();
        for (int point = 1; point <= 14; point++) {
            int row = point;
            System.out.println("K" + point + ": "
                    + victims.stream()
                            .filter(victim -> victim.point() == row)
                            .map(victim -> victim.rotation() + " " + outcome.apply(victim))
                            .collect(Collectors.joining(", ")));
        }
    }
}
