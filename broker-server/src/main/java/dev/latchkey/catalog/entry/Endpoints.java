package dev.latchkey.catalog.entry;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * A partner's addresses by name. Immutable.
 *
 * @param values name to absolute address
 */
public record Endpoints(Map<EndpointName, URI> values) {

    /** Copies. */
    public Endpoints {
        values = Map.copyOf(values);
    }

    /** The named address, if it is known. */
    public Optional<URI> get(EndpointName name) {
        return Optional.ofNullable(values.get(name));
    }

    /** The named address; {@code partner_misconfigured} if it is not known. */
    public URI require(EndpointName name) {
        return get(name)
                .orElseThrow(() -> new BrokerException(
                        ProblemType.PARTNER_MISCONFIGURED, "The partner's " + name.wireName() + " is not known."));
    }

    /** These addresses, replaced and completed by {@code others}. */
    public Endpoints overriddenBy(Endpoints others) {
        Map<EndpointName, URI> merged = new EnumMap<>(EndpointName.class);
        merged.putAll(values);
        merged.putAll(others.values);
        return new Endpoints(merged);
    }
}
