package dev.latchkey.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.audit.Actor;
import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.testkit.BrokerStack;
import dev.latchkey.testkit.BrokerTables;
import dev.latchkey.testkit.Story;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.hibernate.Session;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which renewals a sweep takes up, and when it takes up no more. */
@QuarkusTest
@TestProfile(BrokerStack.class)
class RecoverySweepTest {

    private static final Actor ACTOR = Actor.system("test", "test");

    @Inject
    Session session;

    @Inject
    IntentRows intents;

    @Inject
    RefreshProtocol protocol;

    @Inject
    JournalDrain drain;

    @Inject
    LeaseRows leases;

    @Inject
    MeterRegistry meters;

    @Inject
    OutboundConfig outbound;

    @Inject
    BeanManager beans;

    @Inject
    DataSource database;

    @Test
    @DisplayName("R24 a sweep that is told of the end finishes what it does and begins nothing more")
    void ends() {
        List<UUID> many = Stream.generate(UUID::randomUUID).limit(100).toList();
        Endings renewals = new Endings();
        RecoverySweep sweep = new RecoverySweep(new Left(many), drain, renewals, leases);
        renewals.sweep = sweep;

        sweep.run(ACTOR);

        assertThat(renewals.begun).isNotEmpty().hasSizeLessThanOrEqualTo(8);
    }

    /** What was left unfinished. */
    private final class Left extends IntentRows {

        private final List<UUID> ids;

        Left(List<UUID> ids) {
            super(session);
            this.ids = ids;
        }

        @Override
        List<UUID> unfinished(int limit) {
            return ids;
        }
    }

    /** The end of the process comes while the first renewals are under way. */
    private final class Endings extends Renewals {

        final Collection<UUID> begun = new ConcurrentLinkedQueue<>();

        @SuppressWarnings("NullAway.Init")
        RecoverySweep sweep;

        Endings() {
            super(protocol, meters, outbound);
        }

        @Override
        HeldToken await(UUID connection, Predicate<HeldToken> enough, Actor actor) {
            begun.add(connection);
            sweep.atEnd(new ShutdownEvent());
            throw RefreshProtocol.inProgress();
        }
    }

    @Test
    @DisplayName("R24 at the end nothing new is begun, then the jobs end, then renewals are waited for")
    void order() {
        assertThat(priority("RecoverySweep")).isLessThan(priority("JobRunner"));
        assertThat(priority("RefreshAheadJob")).isLessThan(priority("JobRunner"));
        assertThat(priority("JobRunner")).isLessThan(priority("Renewals"));
    }

    private int priority(String observer) {
        return beans.resolveObserverMethods(new ShutdownEvent()).stream()
                .filter(method -> method.getBeanClass().getSimpleName().equals(observer))
                .mapToInt(ObserverMethod::getPriority)
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("R17 each that was left unfinished gets its turn, however many others fail again and again")
    void turns() {
        Story story = new Story().partner(Map.of());
        Story.App app = story.app("shop");
        Set<UUID> three = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            three.add(UUID.fromString(story.active(app, "read")));
        }
        BrokerTables tables = new BrokerTables(database);
        Set<UUID> found = new HashSet<>();

        for (int look = 0; look < 300 && !found.containsAll(three); look++) {
            three.forEach(id -> tables.change(
                    "insert into refresh_intent (connection, attempt, token_sha256, kv_version, epoch, state)"
                            + " select id, gen_random_uuid(), '\\x00', kv_version, epoch, 'SENDING'"
                            + " from connection where id = ?"
                            + " on conflict (connection) do update set state = 'SENDING'",
                    id));
            found.addAll(intents.unfinished(1));
        }

        three.forEach(id -> tables.change("update refresh_intent set state = 'CLEARED' where connection = ?", id));
        assertThat(found).containsAll(three);
    }
}
