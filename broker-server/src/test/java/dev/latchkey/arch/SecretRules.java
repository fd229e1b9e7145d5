package dev.latchkey.arch;

import static java.util.Map.entry;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Conditions about who holds and who reads a secret. */
final class SecretRules {

    /** Which package may read a secret, and for what. A package that is not here reads none. */
    static final Map<String, Set<Purpose>> READERS = Map.ofEntries(
            entry("boot", Set.of(Purpose.STORE)),
            entry("secret", Set.of(Purpose.DIGEST)),
            entry("vault", Set.of(Purpose.STORE, Purpose.DIGEST, Purpose.SEND_TO_PARTNER)),
            entry("outbound", Set.of(Purpose.SEND_TO_PARTNER)),
            entry("oauth1", Set.of(Purpose.SEND_TO_PARTNER)),
            entry("handshake", Set.of(Purpose.SEND_TO_PARTNER, Purpose.SHOW_ONCE, Purpose.DIGEST)),
            entry("handshake.protocol", Set.of(Purpose.SEND_TO_PARTNER, Purpose.DIGEST)),
            entry("refresh", Set.of(Purpose.SEND_TO_PARTNER)),
            entry("token", Set.of(Purpose.HAND_OUT)),
            entry("signing", Set.of(Purpose.SEND_TO_PARTNER)),
            entry("caller", Set.of(Purpose.SHOW_ONCE, Purpose.DIGEST)),
            entry("partner", Set.of(Purpose.DIGEST, Purpose.SHOW_ONCE)),
            entry("event", Set.of(Purpose.DIGEST)),
            entry("webhook", Set.of(Purpose.DIGEST)));

    private static final Pattern WIRE = Pattern.compile(".*(Wire|Request|Response|Answer)");
    private static final Pattern DIGEST_NAME = Pattern.compile("(?i).*(fingerprint|fingerprints|sha256|hash)");
    private static final Set<String> TEXT =
            Set.of("java.lang.String", "java.lang.CharSequence", "[C", "[B", "java.util.Map");

    private SecretRules() {}

    /** Records that Jackson reads and writes: those inside a resource, and those that carry one of the words. */
    static boolean isWire(String root, JavaClass type) {
        boolean resource = ArchitectureRules.outermost(type).getSimpleName().endsWith("Resource");
        boolean named = WIRE.matcher(type.getSimpleName()).matches();
        return "secret".equals(PackageTable.feature(root, type)) || (type.isRecord() && (resource || named));
    }

    /** Satisfied by a field that is no text, nor a container of text. Constants are names, and digests are no secrets. */
    static final class NotBeText extends ArchCondition<JavaField> {

        NotBeText() {
            super("be no String, char[], byte[] or Map");
        }

        @Override
        public void check(JavaField field, ConditionEvents events) {
            Set<JavaModifier> modifiers = field.getModifiers();
            boolean constant = modifiers.contains(JavaModifier.STATIC) && modifiers.contains(JavaModifier.FINAL);
            boolean digest = DIGEST_NAME.matcher(field.getName()).matches();
            Set<JavaClass> types = field.getType().getAllInvolvedRawTypes();
            boolean array = TEXT.contains(field.getRawType().getName()); // an array's component is no raw type of it
            boolean text = (array || types.stream().anyMatch(type -> TEXT.contains(type.getName())))
                    && types.stream().noneMatch(type -> type.isEquivalentTo(Secret.class));
            if (text && !constant && !digest) {
                events.add(SimpleConditionEvent.violated(field, field.getDescription() + " holds a secret as text"));
            }
        }
    }

    /** Satisfied by a class that reads secrets only if its package may, and only for the purposes of its package. */
    static final class RevealOnlyAsAllowed extends ArchCondition<JavaClass> {

        private final String root;

        RevealOnlyAsAllowed(String root) {
            super("read secrets only for the purposes of their package");
            this.root = root;
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            Set<Purpose> allowed = READERS.getOrDefault(PackageTable.feature(root, type), Set.of());
            for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                if (isForbidden(access, allowed)) {
                    events.add(SimpleConditionEvent.violated(type, access.getDescription()));
                }
            }
        }

        private static boolean isForbidden(JavaAccess<?> access, Set<Purpose> allowed) {
            JavaClass owner = access.getTargetOwner();
            if (owner.isEquivalentTo(Secret.class) && "reveal".equals(access.getName())) {
                return allowed.isEmpty();
            }
            boolean self = access.getOriginOwner().isEquivalentTo(Purpose.class);
            return owner.isEquivalentTo(Purpose.class) && !self && !allows(allowed, access.getName());
        }

        private static boolean allows(Set<Purpose> allowed, String constant) {
            return allowed.stream().anyMatch(purpose -> purpose.name().equals(constant));
        }
    }
}
