package dev.latchkey.readiness.risk;

import com.sun.management.HotSpotDiagnosticMXBean;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Ways by which secrets leave the process's memory; what the virtual machine and the system say themselves. */
@Singleton
final class ProcessCheck implements ReadinessCheck {

    private static final Path LIMITS = Path.of("/proc/self/limits");
    private static final String CORE = "Max core file size";

    @Override
    public List<Finding> look() {
        return List.of(
                Finding.of(
                        Risk.DEBUGGER,
                        hasDebugger(ManagementFactory.getRuntimeMXBean().getInputArguments())),
                flag(Risk.HEAP_DUMP, "HeapDumpOnOutOfMemoryError", false),
                flag(Risk.ATTACH, "DisableAttachMechanism", true),
                flag(Risk.OUT_OF_MEMORY, "ExitOnOutOfMemoryError", true),
                coreFile());
    }

    static boolean hasDebugger(List<String> arguments) {
        return arguments.stream()
                .anyMatch(argument -> argument.startsWith("-agentlib:jdwp") || argument.startsWith("-Xrunjdwp"));
    }

    /** The soft limit, which is the one that counts, in a table such as Linux shows it; empty if it is not there. */
    static Optional<Boolean> writesCore(List<String> limits) {
        return limits.stream()
                .filter(line -> line.startsWith(CORE))
                .map(line -> line.substring(CORE.length()).strip().split("\\s+"))
                .map(columns -> !columns[0].equals("0"))
                .findFirst();
    }

    private static Finding flag(Risk risk, String name, boolean wanted) {
        try {
            String value = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption(name)
                    .getValue();
            return Finding.of(risk, Boolean.parseBoolean(value) != wanted);
        } catch (IllegalArgumentException e) {
            return new Finding.NotKnown(risk); // another virtual machine
        }
    }

    private static Finding coreFile() {
        try {
            return writesCore(Files.readAllLines(LIMITS))
                    .map(writes -> Finding.of(Risk.CORE_FILE, writes))
                    .orElseGet(() -> new Finding.NotKnown(Risk.CORE_FILE));
        } catch (IOException e) {
            return new Finding.NotKnown(Risk.CORE_FILE); // another system
        }
    }
}
