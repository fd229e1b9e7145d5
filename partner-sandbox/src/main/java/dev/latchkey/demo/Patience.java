package dev.latchkey.demo;

import java.time.Duration;

/** Waiting, with an end. */
final class Patience {
    /** Waited before a renewal is forced: by then more of a token's life has passed than {@link #SLACK}. */
    static final Duration AGE = Duration.ofSeconds(4);
    /** So many seconds less than a whole life are asked for then: a new token that was long on the way has them still. */
    static final int SLACK = 3;

    private static final int MOST_LOOKS = 100;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private final BrokerClient broker;

    Patience(BrokerClient broker) {
        this.broker = broker;
    }

    /** Waits up to 20 s until a connection is active; without a browser the broker gets there by itself. */
    Boolean untilActive(Identity app, String connection) throws StepFailed {
        String status = "unknown";
        for (int look = 0; look < MOST_LOOKS; look++) {
            status = broker.get(app, "/connections/" + connection).expect(200).text("status");
            if (status.equals("active")) {
                return true;
            }
            pause(BETWEEN_LOOKS);
        }
        throw new StepFailed("the connection stays " + status);
    }

    static Boolean pause(Duration time) throws StepFailed {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted");
        }
    }
}
