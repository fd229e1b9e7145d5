package dev.latchkey.caller.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.caller.issuer.DisabledPrincipals.State;
import dev.latchkey.testkit.Configs;
import dev.latchkey.testkit.MutableClock;
import dev.latchkey.testkit.TestDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The list in memory, and a database that goes away under it. */
class DisabledPrincipalsTest {

    private static final Principal ANN = new Principal(Principal.Kind.PERSON, "ann");

    private final MutableClock clock = MutableClock.standing();
    private final PGSimpleDataSource database = (PGSimpleDataSource) TestDatabase.dataSource(TestDatabase.migrated());
    private final PrincipalRows rows = new PrincipalRows(database);
    private final DisabledPrincipals disabled = new DisabledPrincipals(
            rows,
            Configs.of(IdentityConfig.class, Map.of("latchkey.identity.issuer", "https://id.example.org")),
            clock);

    @Test
    @DisplayName("R104 looks again after half a second, and tells of a change once")
    void looksAgain() {
        AtomicInteger told = new AtomicInteger();
        disabled.refresh();
        disabled.whenChanged(told::incrementAndGet);
        rows.note(ANN, State.DISABLED.wireName(), clock.instant());

        clock.advance(Duration.ofMillis(499));
        disabled.refresh();
        assertThat(disabled.contains(ANN)).isFalse();

        clock.advance(Duration.ofMillis(1));
        assertThat(disabled.isFresh()).isFalse();
        disabled.refresh();
        assertThat(disabled.contains(ANN)).isTrue();
        clock.advance(Duration.ofSeconds(1));
        disabled.refresh();
        assertThat(told).hasValue(1);
    }

    @Test
    @DisplayName(
            "R104 while the database cannot be asked, who was refused is refused on; without any list nobody passes")
    void outlivesTheDatabase() {
        rows.note(ANN, State.DISABLED.wireName(), clock.instant());
        disabled.refresh();
        String name = database.getDatabaseName();

        database.setDatabaseName("gone");
        clock.advance(Duration.ofSeconds(1));
        disabled.refresh();
        assertThat(disabled.contains(ANN)).isTrue();
        DisabledPrincipals started = new DisabledPrincipals(
                rows,
                Configs.of(IdentityConfig.class, Map.of("latchkey.identity.issuer", "https://id.example.org")),
                clock);
        assertThatThrownBy(started::refresh).isInstanceOf(IllegalStateException.class);

        database.setDatabaseName(name);
        rows.note(ANN, State.ENABLED.wireName(), clock.instant());
        clock.advance(Duration.ofSeconds(1));
        disabled.refresh();
        assertThat(disabled.contains(ANN)).isFalse();
    }

    @Test
    @DisplayName("R104 of two statements the later one counts, in whatever order they come")
    void keepsTheLatest() {
        assertThat(rows.note(ANN, State.DISABLED.wireName(), clock.instant())).isTrue();

        assertThat(rows.note(ANN, State.ENABLED.wireName(), clock.instant().minusMillis(1)))
                .isFalse();
        assertThat(rows.note(ANN, State.ENABLED.wireName(), clock.instant()))
                .as("at the same moment who is refused stays so")
                .isFalse();

        disabled.refresh();
        assertThat(disabled.contains(ANN)).isTrue();
    }
}
