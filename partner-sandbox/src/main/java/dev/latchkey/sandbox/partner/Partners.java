package dev.latchkey.sandbox.partner;

import dev.latchkey.sandbox.http.Refusal;
import dev.latchkey.sandbox.http.Request;
import dev.latchkey.sandbox.oauth2.World;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The partners that are played. A new one is one file and one line here. Thread-safe. */
public final class Partners {

    private static final Pattern GENERIC = Pattern.compile("generic/[a-z0-9][a-z0-9-]{0,62}");

    /** A partner and what it would do. */
    public record Match(Partner partner, Operation operation) {}

    private final World world;
    private final Map<String, Partner> fixed;
    private final Map<String, Partner> generic = new ConcurrentSkipListMap<>();

    public Partners(World world) {
        this.world = world;
        this.fixed = Stream.of(
                        new Cryptonit(world),
                        new Cryptonex(world),
                        new NoiseAware(world),
                        new Noon(world),
                        new Noones(world),
                        new NoonesHmac(world))
                .collect(Collectors.toUnmodifiableMap(Partner::id, Function.identity()));
    }

    /** The partner with this id; a generic one comes into being when the control API first names it. */
    public Partner named(String id) {
        Partner partner = fixed.get(id);
        if (partner != null) {
            return partner;
        }
        if (!GENERIC.matcher(id).matches()) {
            throw new Refusal(404, "not_found", "unknown partner " + id);
        }
        return generic.computeIfAbsent(id, name -> new GenericPartner(name, world));
    }

    /** Who answers a request, and how. */
    public Optional<Match> match(Request request) {
        for (Partner partner : all()) {
            Optional<Operation> operation = partner.operation(request);
            if (operation.isPresent()) {
                return Optional.of(new Match(partner, operation.get()));
            }
        }
        return Optional.empty();
    }

    public List<Partner> all() {
        return Stream.concat(
                        fixed.values().stream().sorted(Comparator.comparing(Partner::id)), generic.values().stream())
                .toList();
    }

    /** Forgets the generic partners. */
    public void clear() {
        generic.clear();
    }
}
