package dev.latchkey.handshake.connectionurl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.latchkey.audit.Actor;
import dev.latchkey.caller.limit.LimitsConfig;
import dev.latchkey.catalog.TestCatalog;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.secret.SecretGenerator;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.RecordingAuditLog;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.SecretFields;
import dev.latchkey.vault.StoredRecord;
import dev.latchkey.vault.VaultPath;
import java.net.URI;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whoever is refused at a ConnectionURL costs the same work. */
class PartnerDoorTest {

    private static final Logger LOG = Logger.getLogger(PartnerDoorTest.class);
    private static final Secret ID = Secret.of("i".repeat(43));
    private static final Secret SECRET = Secret.of("s".repeat(43));
    private static final Actor ANONYMOUS = new Actor(Actor.Type.ANONYMOUS, "-", "r", "192.0.2.1");

    private final List<VaultPath> reads = new ArrayList<>();
    private final List<String> lookUps = new ArrayList<>();
    private final PartnerDoor door = new PartnerDoor(
            new Vault(),
            new Registrations(),
            new RecordingAuditLog(),
            Configs.of(LimitsConfig.class, Map.of("latchkey.limits.wrong-partner-calls", "1000000")),
            new SecretGenerator(new SecureRandom()),
            Clock.systemUTC());

    /** Knows the credentials of two registrations and counts the looks. */
    private final class Vault implements CredentialVault {
        @Override
        public Optional<StoredRecord> read(VaultPath path) {
            reads.add(path);
            boolean known = path.equals(VaultPath.partner("noise")) || path.equals(VaultPath.partner("plain"));
            SecretFields fields = SecretFields.of("client_id", ID).with("client_secret", SECRET);
            return known ? Optional.of(new StoredRecord(fields, 1)) : Optional.empty();
        }

        @Override
        public int write(VaultPath path, SecretFields fields, int expectedVersion) {
            throw new AssertionError("nothing is written");
        }

        @Override
        public void destroy(VaultPath path) {
            throw new AssertionError("nothing is destroyed");
        }

        @Override
        public void checkUsable() {}
    }

    /** {@code noise} calls us, {@code plain} does not. */
    private final class Registrations implements Partners {
        @Override
        public Optional<Partner> find(String id) {
            lookUps.add(id);
            String row = id.equals("noise") ? "noiseaware" : "oauth2";
            return TestCatalog.builtIn()
                    .find(row)
                    .map(profile ->
                            new Partner(id, id, profile, URI.create("https://broker.example/callback/p"), false));
        }

        @Override
        public List<Partner> usable() {
            return List.of();
        }

        @Override
        public SecretFields credentials(Partner partner) {
            throw new AssertionError("read by the door itself");
        }

        @Override
        public Optional<Secret> formerWebhookSecret(Partner partner) {
            return Optional.empty();
        }

        @Override
        public void markMisconfigured(String id, boolean misconfigured) {
            throw new AssertionError("nothing is marked");
        }
    }

    private void refuses(String registration, Optional<Secret> id, Optional<Secret> secret) {
        assertThatThrownBy(() -> door.admit(registration, id, secret, ANONYMOUS))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.INVALID_CLIENT));
    }

    @Test
    @DisplayName(
            "R110 one look and two comparisons, whatever is wrong; the registration is asked for by its own client only")
    void doesTheSameWork() {
        Optional<Secret> id = Optional.of(ID);
        Optional<Secret> secret = Optional.of(SECRET);
        Optional<Secret> wrong = Optional.of(Secret.of("x".repeat(43)));
        record Try(String registration, Optional<Secret> id, Optional<Secret> secret) {}
        List<Try> tries = List.of(
                new Try("nobody", id, secret),
                new Try("No_Id", id, secret),
                new Try("noise", wrong, secret),
                new Try("noise", id, wrong),
                new Try("noise", wrong, wrong),
                new Try("noise", Optional.empty(), secret),
                new Try("noise", id, Optional.empty()),
                new Try("noise", Optional.empty(), Optional.empty()),
                new Try("nobody", Optional.empty(), Optional.empty()));

        for (Try one : tries) {
            reads.clear();
            refuses(one.registration(), one.id(), one.secret());
            assertThat(reads).as("%s", one).hasSize(1);
        }

        assertThat(lookUps).isEmpty();
        refuses("plain", id, secret);
        assertThat(door.admit("noise", id, secret, ANONYMOUS).type()).isEqualTo(Actor.Type.PARTNER);
        assertThat(lookUps).containsExactly("plain", "noise");
    }

    @Test
    @DisplayName("R110 secrets are compared by digests of fixed length, and never by their text")
    void comparesDigests() {
        JavaClass type =
                new ClassFileImporter().importClasses(PartnerDoor.class).get(PartnerDoor.class);
        JavaClass secret = new ClassFileImporter().importClasses(Secret.class).get(Secret.class);

        assertThat(type.getMethodCallsFromSelf())
                .noneMatch(call -> call.getName().equals("reveal"))
                .filteredOn(call -> isOn(call, Secret.class) && call.getName().equals("equals"))
                .hasSize(2);
        assertThat(secret.getMethod("equals", Object.class).getMethodCallsFromSelf())
                .extracting(JavaMethodCall::getName)
                .containsExactlyInAnyOrder("sha256", "sha256", "isEqual");
        assertThat(secret.getMethod("equals", Object.class).getMethodCallsFromSelf())
                .anyMatch(call -> isOn(call, MessageDigest.class));
    }

    private static boolean isOn(JavaMethodCall call, Class<?> owner) {
        return call.getTargetOwner().isEquivalentTo(owner);
    }

    @Test
    @DisplayName("R110 a sample of how long refusals take, for people to read")
    void samples() {
        String right = "s".repeat(43);
        Map<String, Secret> secrets = Map.of(
                "first character wrong", Secret.of("x" + right.substring(1)),
                "last character wrong", Secret.of(right.substring(1) + "x"));
        for (int round = 0; round < 2; round++) {
            secrets.forEach((what, secret) -> LOG.infof("%s: %d ns", what, median("noise", secret)));
            LOG.infof("unknown registration: %d ns", median("nobody", SECRET));
        }
    }

    private long median(String registration, Secret secret) {
        long[] times = new long[2_000];
        for (int i = 0; i < times.length; i++) {
            long start = System.nanoTime();
            refuses(registration, Optional.of(ID), Optional.of(secret));
            times[i] = System.nanoTime() - start;
        }
        Arrays.sort(times);
        return times[times.length / 2];
    }
}
