package dev.latchkey.protection;

import dev.latchkey.outbound.CallGate.Lane;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The shields by registration and lane, made at the first call and watched by two gauges. Thread-safe. */
@ApplicationScoped
class Shields {

    private record Key(String registration, Lane lane) {}

    private final ProtectionConfig config;
    private final MeterRegistry meters;
    private final Map<Key, Shield> known = new ConcurrentHashMap<>();

    Shields(ProtectionConfig config, MeterRegistry meters) {
        this.config = config;
        this.meters = meters;
    }

    Shield of(String registration, Lane lane) {
        return known.computeIfAbsent(new Key(registration, lane), this::make);
    }

    private Shield make(Key key) {
        Shield shield = new Shield(config);
        Tags tags =
                Tags.of("partner", key.registration(), "lane", key.lane().name().toLowerCase(Locale.ROOT));
        meters.gauge(
                "latchkey.partner.breaker", tags, shield, it -> it.breaker().level());
        meters.gauge("latchkey.partner.calls.under.way", tags, shield, Shield::underWay);
        return shield;
    }
}
