package dev.latchkey.caller;

import java.util.Set;
import java.util.regex.Pattern;

/** Which ids apps can have. */
final class AppIds {

    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
    /** User names of the embedded default, which come the same way as app ids. */
    private static final Set<String> RESERVED = Set.of(LocalUsers.ADMIN, LocalUsers.APPROVER);

    private AppIds() {}

    static boolean isWellFormed(String id) {
        return FORM.matcher(id).matches();
    }

    static boolean isReserved(String id) {
        return RESERVED.contains(id);
    }
}
