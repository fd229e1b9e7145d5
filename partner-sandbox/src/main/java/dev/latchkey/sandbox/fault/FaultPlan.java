package dev.latchkey.sandbox.fault;

import java.time.Duration;
import java.util.Optional;

/**
 * What is in store for one request.
 *
 * @param before wait before the partner acts
 * @param after wait after it acted
 * @param replacement the fault that takes the place of the real answer, if any
 */
public record FaultPlan(Duration before, Duration after, Optional<Fault> replacement) {}
