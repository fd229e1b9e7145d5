package dev.latchkey.caller.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.testkit.Configs;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdentityConfigTest {

    private static final String ISSUER = "latchkey.identity.issuer";
    private static final String BASIC = "latchkey.identity.basic";

    @Test
    void takesBasicAndNoTokensByDefault() {
        IdentityConfig config = Configs.of(IdentityConfig.class, Map.of());

        assertThat(config.issuer()).isEmpty();
        assertThat(config.audience()).isEqualTo("latchkey");
        assertThat(config.rolesClaim()).isEqualTo("realm_access/roles");
        assertThat(config.basicAccepted()).isTrue();
    }

    @Test
    void takesNoBasicBesideAnIssuerUnlessToldTo() {
        assertThat(Configs.of(IdentityConfig.class, Map.of(ISSUER, "https://i.example"))
                        .basicAccepted())
                .isFalse();
        assertThat(Configs.of(IdentityConfig.class, Map.of(ISSUER, "https://i.example", BASIC, "true"))
                        .basicAccepted())
                .isTrue();
        assertThat(Configs.of(IdentityConfig.class, Map.of(BASIC, "false")).basicAccepted())
                .isFalse();
    }

    @Test
    void takesEveryKey() {
        IdentityConfig config = Configs.of(
                IdentityConfig.class,
                Map.of(
                        ISSUER,
                        "https://i.example/realms/x",
                        "latchkey.identity.audience",
                        "broker",
                        "latchkey.identity.roles-claim",
                        "roles",
                        BASIC,
                        "true"));

        assertThat(config.issuer()).contains("https://i.example/realms/x");
        assertThat(config.audience()).isEqualTo("broker");
        assertThat(config.rolesClaim()).isEqualTo("roles");
        assertThat(config.basic()).contains(true);
    }
}
