package dev.latchkey.refresh;
import java.util.List;
final class DependencyFaults { static List<FaultRow> run() { return List.of(); } private DependencyFaults() {} }
