package dev.latchkey.arch;

import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which package may use which; {@code docs/architecture.md} shows the same table to people. */
final class PackageTable {

    /** The words that everything else is said in; independent of the table, so that no new row loosens it. */
    private static final Map<String, Set<String>> VOCABULARY =
            Map.of("oauth", Set.of("oauth"), "secret", Set.of("secret"), "problem", Set.of("problem", "oauth"));

    /** Direct uses; what these use may be used as well. */
    static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            entry("oauth", List.of()),
            entry("secret", List.of()),
            entry("problem", List.of("oauth")),
            entry("http", List.of("secret", "problem")),
            entry("audit", List.of("secret", "problem")),
            entry("catalog", List.of("oauth", "problem", "outbound")),
            entry("vault", List.of("secret", "problem")),
            entry("outbound", List.of("secret", "problem")),
            entry("oauth1", List.of("catalog", "outbound", "secret", "problem")),
            entry("job", List.of("audit")),
            entry("caller", List.of("audit", "http", "vault", "outbound")),
            entry("partner", List.of("catalog", "vault", "audit", "outbound", "caller", "http")),
            entry("connection", List.of("partner", "caller", "audit", "job")),
            entry("identity", List.of("connection", "caller", "audit", "job")),
            entry("handshake", List.of("connection", "vault", "outbound", "audit")),
            entry("handshake.protocol", List.of("handshake", "outbound", "oauth", "oauth1", "secret")),
            entry("protection", List.of("outbound", "problem", "job", "audit")),
            entry("refresh", List.of("handshake", "vault", "connection", "protection")),
            entry("token", List.of("connection", "vault", "refresh", "audit")),
            entry("nonce", List.of("outbound", "secret", "problem")),
            entry(
                    "signing",
                    List.of("connection", "handshake", "vault", "refresh", "oauth1", "outbound", "audit", "nonce")),
            entry("event", List.of("connection", "vault", "outbound", "job")),
            entry("webhook", List.of("partner", "event", "audit", "job")),
            entry("readiness", List.of("vault", "outbound", "catalog", "partner")),
            entry("boot", List.of("readiness", "vault", "caller", "refresh", "token")));

    private PackageTable() {}

    /**
     * The feature that a class belongs to: its package below the root. The floors of a feature share its row; only
     * {@code handshake.protocol} has one of its own.
     */
    static String feature(String root, JavaClass type) {
        String name = type.getPackageName();
        if (!name.startsWith(root + ".")) {
            return "";
        }
        String below = name.substring(root.length() + 1);
        if (below.startsWith("handshake.protocol")) {
            return "handshake.protocol";
        }
        int dot = below.indexOf('.');
        return dot < 0 ? below : below.substring(0, dot);
    }

    private static Set<String> reachable(String feature) {
        Set<String> all = new HashSet<>(Set.of(feature));
        for (String used : MAY_USE.getOrDefault(feature, List.of())) {
            all.addAll(reachable(used));
        }
        return all;
    }

    /** Satisfied by a class whose dependencies are all in its package's row of the table. */
    static final class UseOnlyWhatTheyMay extends ArchCondition<JavaClass> {

        private final String root;

        UseOnlyWhatTheyMay(String root) {
            super("use only the packages that the table allows");
            this.root = root;
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            String from = feature(root, type);
            if (from.isEmpty()) {
                return;
            }
            if (!MAY_USE.containsKey(from)) {
                events.add(SimpleConditionEvent.violated(type, type.getName() + " is in a package without a row"));
                return;
            }
            Set<String> allowed = reachable(from);
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = feature(root, dependency.getTargetClass());
                if (!to.isEmpty() && !allowed.contains(to)) {
                    events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                }
            }
        }
    }

    /** Satisfied by a class of the vocabulary that uses nothing but the vocabulary below it. */
    static final class KnowNoFeature extends ArchCondition<JavaClass> {

        private final String root;

        KnowNoFeature(String root) {
            super("know no feature");
            this.root = root;
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            Set<String> allowed = VOCABULARY.getOrDefault(feature(root, type), Set.of());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String to = feature(root, dependency.getTargetClass());
                if (!to.isEmpty() && !allowed.contains(to)) {
                    events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                }
            }
        }
    }
}
