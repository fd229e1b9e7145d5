package dev.latchkey.boot;

import dev.latchkey.secret.SecretGenerator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;

/** The only place where the system's clock and randomness enter; everything else is given them. */
@ApplicationScoped
final class TimeAndChance {

    /** This machine's clock has the first word only; {@link ClockComparison} sets it to the database's. */
    @Produces
    @Singleton
    @Typed(DatabaseClock.class)
    DatabaseClock databaseClock() {
        return new DatabaseClock(Clock.systemUTC(), System::nanoTime);
    }

    @Produces
    @ApplicationScoped
    Clock clock(DatabaseClock clock) {
        return clock;
    }

    /** No client proxy: methods of {@link SecureRandom} are final. */
    @Produces
    @Singleton
    SecureRandom random() {
        return new SecureRandom();
    }

    @Produces
    SecretGenerator secretGenerator(SecureRandom random) {
        return new SecretGenerator(random);
    }
}
