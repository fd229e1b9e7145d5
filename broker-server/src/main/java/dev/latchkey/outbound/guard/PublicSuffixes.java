package dev.latchkey.outbound.guard;

import java.util.Locale;
import org.apache.hc.client5.http.psl.PublicSuffixMatcher;
import org.apache.hc.client5.http.psl.PublicSuffixMatcherLoader;

/**
 * Domains below which anybody can have a name, such as {@code com} and {@code co.uk}: a cookie for one of them would
 * travel to strangers (RFC 6265 section 5.3 step 5). The list is the HTTP client's own. Stateless.
 */
public final class PublicSuffixes {

    private static final PublicSuffixMatcher LIST = PublicSuffixMatcherLoader.getDefault();

    private PublicSuffixes() {}

    /** Whether the domain is one of them; every domain of a single label is. */
    public static boolean contains(String domain) {
        String name = domain.toLowerCase(Locale.ROOT);
        return name.indexOf('.') < 0 || LIST.getDomainRoot(name, null) == null;
    }
}
