package dev.latchkey.topology;

/** Chooses how the topology is started. */
final class Topologies {

    private Topologies() {}

    /** As containers where an engine answers, else as plain processes. */
    static ProductionTopology start() {
        return PlainTopology.start();
    }
}
