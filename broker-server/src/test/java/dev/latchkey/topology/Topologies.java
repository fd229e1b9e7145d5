package dev.latchkey.topology;

/** Chooses how the topology of the tests is started. */
final class Topologies {

    private static final String CHOICE = "latchkey.test.topology";

    private Topologies() {}

    /** As containers where an engine answers, else, or with {@code latchkey.test.topology=processes}, as plain processes. */
    static ProductionTopology start() {
        boolean containers = !"processes".equals(System.getProperty(CHOICE)) && ComposeTopology.isPossible();
        return containers ? ComposeTopology.start() : PlainTopology.start();
    }
}
