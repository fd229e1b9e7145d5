package dev.latchkey.sandbox.fault;

import dev.latchkey.sandbox.http.Caller;
import dev.latchkey.sandbox.http.Endpoint;

/** The request that a fault may hit. */
public record FaultTarget(String partner, Endpoint endpoint, String method, Caller caller) {}
