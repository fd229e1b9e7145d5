package dev.latchkey.partner;

/** Text that the database can keep in a column of JSON. */
public final class KeepableText {

    private KeepableText() {}

    /** False for what jsonb cannot keep: NUL, and half a surrogate pair. */
    public static boolean isKeepable(String text) {
        return text.codePoints().allMatch(c -> c != 0 && Character.getType(c) != Character.SURROGATE);
    }
}
