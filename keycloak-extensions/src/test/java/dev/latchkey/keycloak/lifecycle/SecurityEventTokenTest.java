package dev.latchkey.keycloak.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.keycloak.lifecycle.Change.State;
import java.math.BigDecimal;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SecurityEventTokenTest {

    private static final String ISSUER = "https://id.example/realms/company";

    private final Settings settings =
            new Settings("company", ISSUER, "latchkey", URI.create("https://latchkey.example/identity/events"));

    @Test
    @DisplayName("R101 an event has nothing by which it could be taken for another token (RFC 8417 sections 4.5, 4.6)")
    void isNothingElse() {
        assertThat(claims(Change.user("u-1", State.DISABLED)).keySet())
                .containsExactlyInAnyOrder("iss", "aud", "jti", "iat", "toe", "sub_id", "events");
    }

    @Test
    void tellsOfAUserByTheIssuersSubject() {
        Map<String, Object> claims = claims(Change.user("u-1", State.PURGED));

        assertThat(claims.get("sub_id")).isEqualTo(Map.of("format", "iss_sub", "iss", ISSUER, "sub", "u-1"));
        assertThat(claims.get("events"))
                .isEqualTo(Map.of("https://schemas.openid.net/secevent/risc/event-type/account-purged", Map.of()));
    }

    @Test
    void tellsOfAClientByItsId() {
        Map<String, Object> claims = claims(Change.client("orders", State.ENABLED));

        assertThat(claims.get("sub_id")).isEqualTo(Map.of("format", "opaque", "id", "orders"));
        assertThat(claims.get("events")).isEqualTo(Map.of("urn:latchkey:identity:client-enabled", Map.of()));
    }

    @Test
    @DisplayName("a later delivery has the same id and time of the event, and is signed anew")
    void isTheSameInEachDelivery() {
        Outbox.Entry entry = new Outbox.Entry("id-1", Change.user("u-1", State.DISABLED), 1_700_000_000_123L, 3);

        Map<String, Object> later = SecurityEventToken.claims(entry, settings, 1_700_000_900_999L);

        assertThat(later).containsEntry("jti", "id-1").containsEntry("iat", 1_700_000_900L);
        assertThat(later.get("toe")).isEqualTo(new BigDecimal("1700000000.123"));
    }

    private Map<String, Object> claims(Change change) {
        return SecurityEventToken.claims(
                new Outbox.Entry("id", change, 1_700_000_000_123L, 0), settings, 1_700_000_001_000L);
    }
}
