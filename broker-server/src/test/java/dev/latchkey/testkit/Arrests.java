package dev.latchkey.testkit;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.LongValue;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StackFrame;
import com.sun.jdi.StringReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.Value;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Holds threads of a broker process where a test wants them, by the Java debugger: nothing in the broker knows of it, so
 * nothing in the broker can be told to die. A thread that comes to a wanted place is suspended there, and only that
 * thread; the test then kills the process, or lets the thread go on. Thread-safe.
 */
public final class Arrests implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final VirtualMachine machine;
    private final Map<String, Function<List<Value>, String>> places = new ConcurrentHashMap<>();
    private final Set<String> wanted = ConcurrentHashMap.newKeySet();
    private final Map<String, EventSet> arrested = new ConcurrentHashMap<>();

    private Arrests(VirtualMachine machine) {
        this.machine = machine;
    }

    /** What the broker's environment must hold to be attached to at that port. */
    public static Map<String, String> environment(int port) {
        return Map.of(
                "JAVA_TOOL_OPTIONS",
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=127.0.0.1:" + port
                        // a virtual thread that is held holds its carrier, too
                        + " -Djdk.virtualThreadScheduler.parallelism=512"
                        + " -Djdk.virtualThreadScheduler.maxPoolSize=512");
    }

    /** Attaches to a running broker. */
    public static Arrests attach(int port) {
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(candidate -> candidate.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        Objects.requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
        Objects.requireNonNull(arguments.get("port")).setValue(Integer.toString(port));
        try {
            Arrests arrests = new Arrests(connector.attach(arguments));
            Thread.ofPlatform().daemon().name("arrests").start(arrests::watch);
            return arrests;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalConnectorArgumentsException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Watches the beginning of a method; what is made of its arguments names the place. */
    public void watch(String className, String method, Function<List<Value>, String> name) {
        places.put(className + "." + method, name);
        ClassPrepareRequest prepare = machine.eventRequestManager().createClassPrepareRequest();
        prepare.addClassFilter(className);
        prepare.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
        prepare.enable();
        machine.classesByName(className).forEach(this::breakAt);
    }

    /** Whoever comes to the named place is held there; the first one only. */
    public void want(String place) {
        wanted.add(place);
    }

    /** Returns when somebody is held at every place that is named. */
    public void awaitAll(Set<String> names) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!arrested.keySet().containsAll(names)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("nobody came to "
                        + names.stream()
                                .filter(name -> !arrested.containsKey(name))
                                .toList());
            }
            pause();
        }
    }

    /** Lets the one who is held there go on. */
    public void release(String place) {
        Objects.requireNonNull(arrested.remove(place), place).resume();
    }

    /** A member of an object, wherever it was inherited from. */
    public static Value member(Value object, String name) {
        ObjectReference reference = (ObjectReference) object;
        return reference.getValue(reference.referenceType().allFields().stream()
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElseThrow());
    }

    /** A text. */
    public static String text(Value value) {
        return ((StringReference) value).value();
    }

    /** A {@link UUID}. */
    public static UUID uuid(Value value) {
        return new UUID(
                ((LongValue) member(value, "mostSigBits")).value(),
                ((LongValue) member(value, "leastSigBits")).value());
    }

    @Override
    public void close() {
        try {
            machine.dispose();
        } catch (VMDisconnectedException e) {
            // it was killed, as was wanted
            wanted.clear();
        }
    }

    private void watch() {
        try {
            while (true) {
                EventSet events = machine.eventQueue().remove();
                @Nullable String place = null;
                for (Event event : events) {
                    place = place == null ? placeOf(event) : place;
                }
                if (place == null) {
                    events.resume();
                } else {
                    arrested.put(place, events);
                }
            }
        } catch (VMDisconnectedException e) {
            wanted.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The place, if somebody is to be held there. */
    private @Nullable String placeOf(Event event) {
        if (event instanceof ClassPrepareEvent prepared) {
            breakAt(prepared.referenceType());
        }
        if (event instanceof BreakpointEvent hit) {
            String method = hit.location().declaringType().name() + "."
                    + hit.location().method().name();
            Function<List<Value>, String> name = places.get(method);
            String place = name == null ? "" : name.apply(arguments(hit));
            return wanted.remove(place) ? place : null;
        }
        return null;
    }

    private static List<Value> arguments(BreakpointEvent hit) {
        try {
            StackFrame frame = hit.thread().frame(0);
            return frame.getArgumentValues();
        } catch (IncompatibleThreadStateException e) {
            throw new IllegalStateException(e);
        }
    }

    private void breakAt(ReferenceType type) {
        places.keySet().stream()
                .filter(place -> place.startsWith(type.name() + "."))
                .map(place -> place.substring(type.name().length() + 1))
                .flatMap(method -> type.methodsByName(method).stream())
                .filter(method -> !method.isAbstract() && !method.isBridge())
                .forEach(method -> {
                    BreakpointRequest request =
                            machine.eventRequestManager().createBreakpointRequest(method.location());
                    request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
                    request.enable();
                });
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
