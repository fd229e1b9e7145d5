package dev.latchkey.sandbox.partner;

import dev.latchkey.sandbox.fault.Edits;
import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Endpoint;
import dev.latchkey.sandbox.http.Response;
import java.util.function.Function;

/**
 * What a partner would do with one request.
 *
 * @param endpoint how faults and counters call it
 * @param caller whom it claims to be about
 * @param answer makes the partner act; called at most once
 */
public record Operation(Endpoint endpoint, Caller caller, Function<Edits, Response> answer) {}
