package dev.latchkey.handshake.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.secret.Secret;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FlowCookieTest {

    private static final UUID TICKET = UUID.fromString("00000000-0000-0000-0000-000000000001");

    @Test
    @DisplayName("R87 on https the cookie is Secure, of this host alone, and has no Domain")
    void https() {
        String set = new FlowCookie(true).set(TICKET, Secret.of("value"));

        assertThat(set.split("; "))
                .containsExactlyInAnyOrder(
                        "__Host-latchkey-" + TICKET + "=value",
                        "Path=/",
                        "Max-Age=600",
                        "HttpOnly",
                        "SameSite=Lax",
                        "Secure");
    }

    @Test
    @DisplayName("R87 the prefix that promises Secure is not used without it")
    void http() {
        assertThat(new FlowCookie(false).set(TICKET, Secret.of("value")))
                .startsWith("latchkey-" + TICKET + "=value; ")
                .doesNotContain("Secure");
    }

    @Test
    @DisplayName("R87 clearing names the same cookie, or a browser would keep it")
    void clears() {
        assertThat(new FlowCookie(true).clear(TICKET).split("; "))
                .contains("__Host-latchkey-" + TICKET + "=", "Path=/", "Max-Age=0", "Secure");
    }
}
