package dev.latchkey.boot;

import dev.latchkey.secret.SecretGenerator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;

/** The only place where the system's clock and randomness enter; everything else is given them. */
@ApplicationScoped
final class TimeAndChance {

    @Produces
    @ApplicationScoped
    Clock clock() {
        return Clock.systemUTC();
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
