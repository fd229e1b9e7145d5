package dev.latchkey.readiness.risk;

/** What a look at one risk has found. */
sealed interface Finding {

    /** What was looked for. */
    Risk risk();

    /** It is not there. */
    record Fine(Risk risk) implements Finding {}

    /** It is there. */
    record Present(Risk risk) implements Finding {}

    /** It cannot be told from here. */
    record NotKnown(Risk risk) implements Finding {}

    /** There or not. */
    static Finding of(Risk risk, boolean present) {
        return present ? new Present(risk) : new Fine(risk);
    }
}
