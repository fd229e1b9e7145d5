package dev.latchkey.outbound;

import java.time.Duration;

/**
 * How often a partner may be called, by all processes together.
 *
 * @param calls how many calls, at least one
 * @param per in which time, at least a second
 */
public record CallRate(int calls, Duration per) {

    /** Refuses a rate that is none. */
    public CallRate {
        if (calls < 1 || per.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("at least one call, in at least a second");
        }
    }

    /** The time from one call to the next, where they come evenly. */
    public Duration spacing() {
        return per.dividedBy(calls);
    }
}
