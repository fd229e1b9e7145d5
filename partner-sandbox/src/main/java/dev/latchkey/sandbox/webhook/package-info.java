/** Webhooks as Noones sends them: the challenge, signed events, repetitions. Owns the sender's side only. */
@NullMarked
package dev.latchkey.sandbox.webhook;

import org.jspecify.annotations.NullMarked;
