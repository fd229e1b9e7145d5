package dev.latchkey.event;

import java.net.URI;
import java.util.Optional;
import java.util.UUID;

/**
 * An event that this process may try to deliver until its claim runs out.
 *
 * @param id the message's id, the same over all attempts
 * @param app whom it is for
 * @param url where the app takes its events now; empty if it takes none any more
 * @param body what is sent, byte for byte in UTF-8
 * @param attempt the number of this attempt, from 1
 */
record ClaimedEvent(UUID id, String app, Optional<URI> url, String body, int attempt) {}
