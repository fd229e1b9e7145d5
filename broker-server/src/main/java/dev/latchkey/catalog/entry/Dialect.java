package dev.latchkey.catalog.entry;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a partner spells its protocol, where it differs from others of its kind. Immutable.
 *
 * @param signatureMethod how requests of OAuth 1.0 are signed
 * @param parametersIn where the parameters of OAuth 1.0 travel
 * @param names our name of a parameter or member to the partner's name
 * @param bareHeader the header field that takes the bare token, where it is not {@code Authorization: Bearer}
 * @param reauthorizeStatuses statuses by which the partner says that the user has to connect again
 */
public record Dialect(
        SignatureMethod signatureMethod,
        ParameterPlace parametersIn,
        Map<String, String> names,
        Optional<String> bareHeader,
        Set<Integer> reauthorizeStatuses) {

    /** What holds where a row says nothing. */
    public static final Dialect COMMON =
            new Dialect(SignatureMethod.HMAC_SHA1, ParameterPlace.HEADER, Map.of(), Optional.empty(), Set.of());

    /** Copies. */
    public Dialect {
        names = Map.copyOf(names);
        reauthorizeStatuses = Set.copyOf(reauthorizeStatuses);
    }

    /** The partner's name for what we call {@code ours}; the same name where the row gives no other. */
    public String name(String ours) {
        return names.getOrDefault(ours, ours);
    }
}
