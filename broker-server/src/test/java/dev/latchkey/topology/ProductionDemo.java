package dev.latchkey.topology;

import dev.latchkey.demo.Demo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * {@code ./latchkey demo --production}: the ten partners on the production topology. With {@code --once} it ends after the
 * rows, else it stays up until it is told to stop. Exit status 0 only if every row is ok.
 */
public final class ProductionDemo {

    private ProductionDemo() {}

    /** Runs the demo; the first argument is a folder that logs are kept in if something fails. */
    public static void main(String[] args) throws InterruptedException {
        Path logs = Path.of(args[0]);
        boolean once = List.of(args).contains("--once");
        System.exit(run(logs, once) ? 0 : 1);
    }

    private static boolean run(Path logs, boolean once) throws InterruptedException {
        try (ProductionTopology topology = PlainTopology.start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(topology::close, "stop-topology"));
            try (Demo demo = Demo.onKeycloak(
                    topology.broker(), topology.sandbox(), topology.realm(), topology.keycloakPassword(), System.out)) {
                boolean ok = demo.playAll();
                if (!ok) {
                    topology.keepLogs(logs);
                }
                demo.sumUp();
                if (!once) {
                    show(topology, demo);
                    new CountDownLatch(1).await();
                }
                return ok;
            } catch (IOException e) {
                topology.keepLogs(logs);
                System.err.println("latchkey: " + e.getMessage() + "; see the logs in " + logs);
                return false;
            }
        }
    }

    private static void show(ProductionTopology topology, Demo demo) {
        System.out.printf(
                """

                broker      %s/api/v1   (three of them behind haproxy; bearer tokens of Keycloak)
                Keycloak    %s
                people      %s
                sandbox     %s   (what the partners saw)

                Ctrl-C ends the demo and removes its data.
                """, topology.broker(), topology.realm(), String.join(", ", demo.people()), topology.sandbox());
        System.out.flush();
    }
}
