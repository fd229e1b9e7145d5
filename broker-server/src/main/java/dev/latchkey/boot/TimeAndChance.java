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

    @Produces
    @Singleton // its methods are final: no proxy can stand before it
    SecureRandom random() {
        return new SecureRandom();
    }

    @Produces
    SecretGenerator secretGenerator(SecureRandom random) {
        return new SecretGenerator(random);
    }
}
