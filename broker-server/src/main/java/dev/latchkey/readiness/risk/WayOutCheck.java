package dev.latchkey.readiness.risk;

import dev.latchkey.outbound.OutboundConfig;
import dev.latchkey.partner.registration.PartnersConfig;
import jakarta.inject.Singleton;
import java.util.List;

/** Where the broker may be made to send something. */
@Singleton
final class WayOutCheck implements ReadinessCheck {

    private final OutboundConfig outbound;
    private final PartnersConfig partners;

    WayOutCheck(OutboundConfig outbound, PartnersConfig partners) {
        this.outbound = outbound;
        this.partners = partners;
    }

    @Override
    public List<Finding> look() {
        return List.of(
                Finding.of(Risk.ENDPOINT_OVERRIDES, partners.endpointOverrides()),
                Finding.of(Risk.LOOPBACK, outbound.allowLoopback()));
    }
}
