package dev.latchkey.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.secret.Secret;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionCookiesTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    @ParameterizedTest
    @DisplayName("R112 a cookie travels to its own host, path and scheme only")
    @CsvSource({
        "api.noon.partners,  /,   true,  https://api.noon.partners/x,          true",
        "api.noon.partners,  /,   true,  https://API.NOON.PARTNERS,            true",
        "api.noon.partners,  /,   true,  http://api.noon.partners/x,           false",
        "api.noon.partners,  /,   false, http://api.noon.partners/x,           true",
        "api.noon.partners,  /,   true,  https://sub.api.noon.partners/x,      false",
        "api.noon.partners,  /,   true,  https://noon.partners/x,              false",
        "api.noon.partners,  /,   true,  https://api.noon.partners.evil.com/,  false",
        ".noon.partners,     /,   true,  https://api.noon.partners/x,          true",
        ".noon.partners,     /,   true,  https://noon.partners/x,              true",
        ".noon.partners,     /,   true,  https://evilnoon.partners/x,          false",
        ".noon.partners,     /,   true,  https://noon.partners.evil.com/x,     false",
        "127.0.0.1,          /,   false, http://127.0.0.1:8600/x,              true",
        "127.0.0.1,          /,   false, http://127.0.0.2:8600/x,              false",
        "a.example,          /v1, true,  https://a.example/v1,                 true",
        "a.example,          /v1, true,  https://a.example/v1/x,               true",
        "a.example,          /v1, true,  https://a.example/v10,                false",
        "a.example,          /v1, true,  https://a.example/,                   false",
        "a.example,          /v1/,true,  https://a.example/v1/x,               true",
        "a.example,          /v1/,true,  https://a.example/v1,                 false",
    })
    void fits(String domain, String path, boolean secure, URI address, boolean travels) {
        SessionCookie cookie = cookie("s", "v", domain, path, secure, Optional.empty());

        assertThat(SessionCookies.headerFor(address, List.of(cookie), NOW))
                .isEqualTo(travels ? Optional.of("s=v") : Optional.empty());
    }

    @Test
    void joinsThoseThatFitTheLongestPathFirst() {
        List<SessionCookie> cookies = List.of(
                cookie("a", "1", "a.example", "/", true, Optional.empty()),
                cookie("b", "2", "b.example", "/", true, Optional.empty()),
                cookie("c", "3", "a.example", "/v1", true, Optional.of(NOW.plusSeconds(1))),
                cookie("d", "4", "a.example", "/v1", true, Optional.of(NOW)));

        assertThat(SessionCookies.headerFor(URI.create("https://a.example/v1/x"), cookies, NOW))
                .contains("c=3; a=1");
    }

    @Test
    void saysWhichCanReachAnApi() {
        URI api = URI.create("https://a.example/api/");

        assertThat(SessionCookies.reaches(api, cookie("s", "v", "a.example", "/", true, Optional.empty())))
                .isTrue();
        assertThat(SessionCookies.reaches(api, cookie("s", "v", "a.example", "/api/v1", true, Optional.empty())))
                .isTrue();
        assertThat(SessionCookies.reaches(api, cookie("s", "v", "a.example", "/login", true, Optional.empty())))
                .isFalse();
        assertThat(SessionCookies.reaches(api, cookie("s", "v", "b.example", "/", true, Optional.empty())))
                .isFalse();
    }

    private static SessionCookie cookie(
            String name, String value, String domain, String path, boolean secure, Optional<Instant> end) {
        return new SessionCookie(name, Secret.of(value), domain, path, end, secure);
    }
}
