package dev.latchkey.oauth1;

import java.time.Instant;

/**
 * What makes a request unlike every other (RFC 5849 section 3.3).
 *
 * @param time by the partner's clock, as far as it is known
 * @param nonce 256 random bits in hex, so that no two replicas ever make the same one
 */
record Stamp(Instant time, String nonce) {

    String timestamp() {
        return Long.toString(time.getEpochSecond());
    }
}
