package dev.latchkey.refresh;

import java.time.Duration;
import java.util.List;

/**
 * What one fault of a dependency did to a connection.
 *
 * @param name the fault, with the row that says what must hold
 * @param lost whether the user has to connect again
 * @param calls how often the partner was asked to renew, from the fault to the recovery
 * @param recovery from the end of the fault until the connection could be renewed, or stood as it must
 * @param breaches what did not hold
 */
record FaultRow(String name, boolean lost, long calls, Duration recovery, List<String> breaches) {

    FaultRow {
        breaches = List.copyOf(breaches);
    }
}
