package dev.latchkey.topology;

/** Chooses how the topology of the tests is started. */
final class Topologies {

    private static final String CHOICE = "tests.topology";

    private Topologies() {}

    /** As plain processes; with {@code tests.topology=containers} as containers, if an engine answers. */
    static ProductionTopology start() {
        boolean containers = "containers".equals(System.getProperty(CHOICE)) && ComposeTopology.isPossible();
        return containers ? ComposeTopology.start() : PlainTopology.start();
    }
}
