package dev.latchkey.caller.app;

import java.util.Set;
import java.util.regex.Pattern;

/** Which ids apps can have. */
public final class AppIds {

    /** A user name of the embedded default; it comes the same way as an app id, so no app can have it. */
    public static final String ADMIN_USER = "admin";

    /** The other user name of the embedded default. */
    public static final String APPROVER_USER = "approver";

    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    private static final Set<String> RESERVED = Set.of(ADMIN_USER, APPROVER_USER);

    private AppIds() {}

    /** Whether the text has the form of an id. */
    public static boolean isWellFormed(String id) {
        return FORM.matcher(id).matches();
    }

    static boolean isReserved(String id) {
        return RESERVED.contains(id);
    }
}
