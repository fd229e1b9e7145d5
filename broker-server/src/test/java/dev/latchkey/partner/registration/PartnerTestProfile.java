package dev.latchkey.partner.registration;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** Loopback is open for fake issuers; the two people of the embedded default have a known password. */
public final class PartnerTestProfile implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "latchkey.outbound.allow-loopback", "true",
                "latchkey.admin.password", AdminApi.PASSWORD,
                "latchkey.approver.password", AdminApi.PASSWORD);
    }
}
