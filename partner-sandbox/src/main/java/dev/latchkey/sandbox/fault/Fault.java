package dev.latchkey.sandbox.fault;

import dev.latchkey.sandbox.http.Response;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** What goes wrong. A latency or an edit adds to the real answer; every other fault takes its place. */
public sealed interface Fault {

    /** The answer comes late: before the partner acts, or after it has acted; {@code jitter} adds up to so much more. */
    record Latency(Duration delay, Duration jitter, boolean afterCommit) implements Fault {

        /** How long this time. */
        Duration next() {
            return delay.plusNanos(ThreadLocalRandom.current().nextLong(jitter.toNanos() + 1));
        }
    }

    /** The connection is closed without an answer; {@code afterCommit} says whether the partner acted first. */
    record Drop(boolean afterCommit) implements Fault {}

    /** A made-up answer; {@code commit} says whether the partner acts all the same. */
    record Replace(Response response, boolean commit) implements Fault {}

    /** The real answer, byte by byte. */
    record Drip(int bytesPerSecond) implements Fault {}

    /** A JSON answer of this many bytes; nothing happens at the partner. */
    record Huge(long bytes) implements Fault {}

    /** A chunked JSON answer that goes on until the reader hangs up or the cap is reached. */
    record Endless(Duration cap) implements Fault {}

    /** A small gzip body that unpacks to this many bytes of JSON. */
    record GzipBomb(long bytes) implements Fault {}

    /** The real JSON answer with fields changed. */
    record EditAnswer(AnswerEdit edit) implements Fault {}

    /** The real authorization response with another {@code iss} (RFC 9207). */
    record EditIss(IssEdit edit) implements Fault {}

    /** Whether this fault takes the place of the real answer. */
    default boolean replacesAnswer() {
        return !(this instanceof Latency || this instanceof EditAnswer || this instanceof EditIss);
    }
}
