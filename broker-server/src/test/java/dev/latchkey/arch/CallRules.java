package dev.latchkey.arch;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;

/** Conditions about calls that a class may not make, and about what must stand beside it. */
final class CallRules {

    private CallRules() {}

    /** Looks at every call, constructor call and method reference of a class. */
    abstract static class NoForbiddenCall extends ArchCondition<JavaClass> {

        NoForbiddenCall(String description) {
            super(description);
        }

        abstract boolean isForbidden(JavaClass owner, String name, int parameters);

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                if (access.getTarget() instanceof CodeUnitAccessTarget target
                        && isForbidden(
                                target.getOwner(),
                                target.getName(),
                                target.getRawParameterTypes().size())) {
                    events.add(SimpleConditionEvent.violated(type, access.getDescription()));
                }
            }
        }
    }

    /** No clock and no randomness of the system's own. {@code System.nanoTime} measures a length and is no clock. */
    static final class NotAskTheSystem extends NoForbiddenCall {

        private static final Set<String> CHANCE = Set.of(
                "java.util.Random",
                "java.security.SecureRandom",
                "java.util.concurrent.ThreadLocalRandom",
                "java.util.SplittableRandom");

        NotAskTheSystem() {
            super("be given time and randomness");
        }

        @Override
        boolean isForbidden(JavaClass owner, String name, int parameters) {
            String from = owner.getName();
            boolean now = from.startsWith("java.time.") && "now".equals(name) && parameters == 0;
            boolean clock = "java.time.Clock".equals(from) && name.startsWith("system");
            boolean millis = "java.lang.System".equals(from) && "currentTimeMillis".equals(name);
            boolean date = "java.util.Date".equals(from) && "<init>".equals(name) && parameters == 0;
            boolean chance = CHANCE.contains(from)
                    && Set.of("<init>", "current", "getInstanceStrong").contains(name);
            boolean math = "java.lang.Math".equals(from) && "random".equals(name);
            return now || clock || millis || date || chance || math;
        }
    }

    /** An exception's text is written by somebody else and may hold anything. */
    static final class NotReadMessages extends NoForbiddenCall {

        private static final Set<String> TEXTS = Set.of("getMessage", "getLocalizedMessage", "printStackTrace");

        NotReadMessages() {
            super("not read the text of an exception");
        }

        @Override
        boolean isForbidden(JavaClass owner, String name, int parameters) {
            return owner.isAssignableTo(Throwable.class) && TEXTS.contains(name);
        }
    }

    /** What opens a connection past the guard of {@code outbound} (R129), in the JDK and in the libraries we use. */
    static final class OpenNoConnection extends NoForbiddenCall {

        private static final String OWN_RETRIEVER = "com.nimbusds.jose.util.DefaultResourceRetriever";
        private static final String REMOTE_KEYS = "com.nimbusds.jose.jwk.source.JWKSourceBuilder";

        OpenNoConnection() {
            super("open no connection");
        }

        @Override
        boolean isForbidden(JavaClass owner, String name, int parameters) {
            String from = owner.getName();
            boolean url = "java.net.URL".equals(from)
                    && Set.of("openConnection", "openStream").contains(name);
            boolean socket =
                    Set.of("java.net.Socket", "java.nio.channels.SocketChannel").contains(from);
            boolean client = from.startsWith("java.net.http.") || from.startsWith("org.apache.hc.client5.");
            boolean nimbus = from.startsWith("com.nimbusds.") && "send".equals(name) && from.contains(".http.");
            boolean metadata = from.endsWith("Metadata") && from.startsWith("com.nimbusds.") && "resolve".equals(name);
            // with a retriever of ours as the second parameter it reads by that one
            boolean keys = from.equals(REMOTE_KEYS) && "create".equals(name) && parameters == 1;
            return url || socket || client || nimbus || metadata || keys || from.equals(OWN_RETRIEVER);
        }
    }

    /** Satisfied by a class {@code X} if the test tree has a class {@code XTest} in the same package. */
    static final class HaveATest extends ArchCondition<JavaClass> {

        HaveATest() {
            super("have a test of their name");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            String resource = type.getName().replace('.', '/') + "Test.class";
            if (CallRules.class.getClassLoader().getResource(resource) == null) {
                events.add(SimpleConditionEvent.violated(type, type.getName() + " has no test " + resource));
            }
        }
    }

    /** Satisfied by a class that is not alone in its package: a package of configuration only is none of a feature. */
    static final class HaveNeighbours extends ArchCondition<JavaClass> {

        HaveNeighbours() {
            super("live beside their feature");
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            boolean feature = type.getPackage().getClasses().stream()
                    .anyMatch(other -> !"package-info".equals(other.getSimpleName())
                            && !ArchitectureRules.outermost(other)
                                    .getSimpleName()
                                    .endsWith("Config"));
            if (!feature) {
                events.add(SimpleConditionEvent.violated(type, type.getName() + " stands apart from its feature"));
            }
        }
    }
}
