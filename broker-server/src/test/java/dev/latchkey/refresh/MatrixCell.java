package dev.latchkey.refresh;

import java.util.ArrayList;
import java.util.List;

/**
 * A cell of the matrix in docs/refresh-protocol: where the process dies, and what the partner does with a spent token.
 *
 * @param point 1 to 14
 * @param rotation {@code none}, {@code grace} or {@code strict}
 */
record MatrixCell(int point, String rotation) {

    private static final List<String> ROTATIONS = List.of("none", "grace", "strict");

    /** All 42 of them. */
    static List<MatrixCell> all() {
        List<MatrixCell> all = new ArrayList<>();
        for (int point = 1; point <= 14; point++) {
            for (String rotation : ROTATIONS) {
                all.add(new MatrixCell(point, rotation));
            }
        }
        return all;
    }

    /** Whether the death leaves an intent whose outcome nobody has noted, and nothing in the vault. */
    boolean intentOpen() {
        return point >= 4 && point <= 10;
    }

    /** Whether the partner has taken the old token back by then, if it does that at all. */
    boolean partnerActed() {
        return point >= 7;
    }

    /** Whether the vault has the new token. */
    boolean stored() {
        return point >= 11;
    }

    /** Whether nobody can know, and only the end of the access token allows to find out. */
    boolean ambiguous() {
        return intentOpen() && rotation.equals("strict");
    }

    /** Whether the only copy died with the process. */
    boolean lost() {
        return ambiguous() && partnerActed();
    }

    /** How often the partner may be asked in all before the access token ends: the one replay included. */
    int mostCalls() {
        return intentOpen() && !ambiguous() ? 2 : 1;
    }

    @Override
    public String toString() {
        return "K" + point + " " + rotation;
    }
}
