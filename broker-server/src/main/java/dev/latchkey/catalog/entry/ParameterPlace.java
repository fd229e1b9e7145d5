package dev.latchkey.catalog.entry;

import java.util.Locale;

/** Where the parameters of OAuth 1.0 travel (RFC 5849 section 3.5). */
public enum ParameterPlace {
    /** Section 3.5.1, the Authorization header. */
    HEADER,
    /** Section 3.5.3, the query of the address. */
    QUERY,
    /** Section 3.5.2, a form as the body. */
    BODY;

    /** The name in YAML and JSON. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
