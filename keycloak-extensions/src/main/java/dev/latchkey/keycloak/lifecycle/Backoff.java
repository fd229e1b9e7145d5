package dev.latchkey.keycloak.lifecycle;

/** How long to wait after so many attempts: 1 s, 2 s, 4 s, 8 s, then 15 s, so that a broker that is back has it soon. */
final class Backoff {

    private static final long LONGEST = 15_000;

    private Backoff() {}

    static long after(int attempts) {
        return Math.min(LONGEST, 1000L << Math.min(10, Math.max(0, attempts - 1)));
    }
}
