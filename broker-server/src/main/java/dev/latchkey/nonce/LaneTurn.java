package dev.latchkey.nonce;

/** A turn in a lane: until it is closed, nobody else sends with that key. Closing twice is harmless. Thread-safe. */
public interface LaneTurn extends AutoCloseable {

    /** Ends the turn. Never throws. */
    @Override
    void close();
}
