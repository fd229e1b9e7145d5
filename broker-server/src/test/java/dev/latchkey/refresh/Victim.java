package dev.latchkey.refresh;

import dev.latchkey.refresh.RefreshRig.Cell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One kill in one cell: a connection that lost its process, and what came of it. Not thread-safe, breaches apart. */
final class Victim {

    private final MatrixCell place;
    private final Cell cell;
    private final String tokenBefore;
    private final List<String> breaches = Collections.synchronizedList(new ArrayList<>());
    private Duration recovery = Duration.ZERO;
    private boolean ambiguous;
    private boolean lost;
    private long repeats;
    private long duplicates;

    Victim(MatrixCell place, Cell cell, String tokenBefore) {
        this.place = place;
        this.cell = cell;
        this.tokenBefore = tokenBefore;
    }

    MatrixCell place() {
        return place;
    }

    Cell cell() {
        return cell;
    }

    /** The access token that it had before the kill. */
    String tokenBefore() {
        return tokenBefore;
    }

    /** Notes a rule of the table that does not hold. */
    void require(boolean holds, String rule) {
        if (!holds) {
            breaches.add(cell.name() + ": " + rule);
        }
    }

    List<String> breaches() {
        return List.copyOf(breaches);
    }

    /** It came to where the table wants it. */
    void recovered(Duration sinceTheKill, boolean nowAmbiguous) {
        recovery = sinceTheKill;
        ambiguous = nowAmbiguous;
    }

    /** From the kill to the state that the table wants. */
    Duration recovery() {
        return recovery;
    }

    boolean isAmbiguous() {
        return ambiguous;
    }

    /** The user has to connect again. */
    void lose() {
        lost = true;
    }

    boolean isLost() {
        return lost;
    }

    /** How often the partner was asked beyond once, and how often it saw a token that it had taken back. */
    void called(long repeatedCalls, long spentTokens) {
        repeats = repeatedCalls;
        duplicates = spentTokens;
    }

    long repeats() {
        return repeats;
    }

    long duplicates() {
        return duplicates;
    }
}
