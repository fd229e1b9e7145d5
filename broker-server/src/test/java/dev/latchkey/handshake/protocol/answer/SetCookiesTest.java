package dev.latchkey.handshake.protocol.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.secret.Secret;
import dev.latchkey.vault.SessionCookie;
import java.net.URI;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SetCookiesTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final URI FROM = URI.create("https://gateway.noon.partners/identity/public/v1/api/login");

    @Test
    void readsEveryAttribute() {
        assertThat(read("s=v; Domain=noon.partners; Path=/identity; Max-Age=60; Secure; HttpOnly; SameSite=Lax"))
                .containsExactly(cookie("s", "v", ".noon.partners", "/identity", NOW.plusSeconds(60), true));
    }

    @Test
    @DisplayName("RFC 6265: without attributes a cookie belongs to this host and to the folder of the address")
    void fillsIn() {
        assertThat(read("s=v"))
                .containsExactly(cookie("s", "v", "gateway.noon.partners", "/identity/public/v1/api", null, false));
        assertThat(SetCookies.read(List.of("s=v; Path=relative"), URI.create("https://a.example/login"), NOW))
                .containsExactly(cookie("s", "v", "a.example", "/", null, false));
    }

    @ParameterizedTest
    @DisplayName("R112 a cookie for a foreign or a shared domain is not taken")
    @ValueSource(
            strings = {
                "evil.example",
                "noon.partners.evil.example",
                "other.noon.partners",
                "x.gateway.noon.partners",
                "teway.noon.partners",
                "partners",
                ".partners",
                "oon.partners",
                "127.0.0.1",
            })
    void refusesForeignDomains(String domain) {
        assertThat(read("s=v; Domain=" + domain)).isEmpty();
    }

    @ParameterizedTest
    @DisplayName("R112 an IP address has no domain above it")
    @CsvSource({"127.0.0.1,127.0.0.1", ".127.0.0.1,127.0.0.1", "'',127.0.0.1", "0.0.1,", ".1,"})
    void addressesStandAlone(String domain, String expected) {
        List<SessionCookie> cookies =
                SetCookies.read(List.of("s=v; Domain=" + domain), URI.create("http://127.0.0.1:8600/login"), NOW);

        assertThat(cookies)
                .extracting(SessionCookie::domain)
                .isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s=v; Max-Age=60; Expires=Sun, 22 Nov 2026 13:00:00 GMT|2026-11-22T12:01:00Z",
                "s=v; Max-Age=soon; Expires=Sun, 22 Nov 2026 13:00:00 GMT|2026-11-22T13:00:00Z",
                "s=v; Expires=Sun, 22 Nov 2026 13:00:00 GMT|2026-11-22T13:00:00Z",
                "s=v; Expires=Sunday, 22-Nov-26 13:00:00 GMT|2026-11-22T13:00:00Z",
                "s=v; Expires=Sun Nov 22 13:00:00 2026|2026-11-22T13:00:00Z",
                "s=v; Expires=Sun, 22-Nov-2026 13:00:00 GMT|2026-11-22T13:00:00Z",
                "s=v; Max-Age=99999999999999999999|2027-12-27T12:00:00Z",
                "s=v; Max-Age=60; Max-Age=90|2026-11-22T12:01:30Z",
            })
    void readsWhenItEnds(String line, Instant end) {
        assertThat(read(line))
                .singleElement()
                .extracting(SessionCookie::expiresAt)
                .isEqualTo(Optional.of(end));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s=v; Expires=never", "s=v; Expires=22 Nov", "s=v; Expires=Sun, 31 Feb 2026 13:00:00 GMT", "s=v"
            })
    void endsWithTheSessionWhereNothingReadableIsSaid(String line) {
        assertThat(read(line))
                .singleElement()
                .extracting(SessionCookie::expiresAt)
                .isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "novalue",
                "=v",
                "s=",
                "s=v; Max-Age=0",
                "s=v; Max-Age=-5",
                "s=v; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "s p=v",
                "s=v\tw",
                "s=v\u00e4",
                "__Host-s=v",
                "__Host-s=v; Secure; Domain=noon.partners",
            })
    void takesNothing(String line) {
        assertThat(read(line)).isEmpty();
    }

    @Test
    void theLaterOneOfTwoCounts() {
        assertThat(SetCookies.read(List.of("s=1; Path=/", "s=2; Path=/x", "s=3; Path=/"), FROM, NOW))
                .extracting(SessionCookie::value)
                .containsExactly(Secret.of("3"), Secret.of("2"));
        assertThat(SetCookies.read(List.of("s=1; Path=/", "s=x; Path=/; Max-Age=0"), FROM, NOW))
                .isEmpty();
    }

    @Test
    void isBounded() {
        assertThat(read("s=" + "v".repeat(4096))).isEmpty();
        List<String> many = Collections.nCopies(1000, "s=v; Path=/");
        assertThat(SetCookies.read(many, FROM, NOW)).hasSize(1);
    }

    private static List<SessionCookie> read(String line) {
        return SetCookies.read(List.of(line), FROM, NOW);
    }

    private static SessionCookie cookie(
            String name,
            String value,
            String domain,
            String path,
            @org.jspecify.annotations.Nullable Instant end,
            boolean secure) {
        return new SessionCookie(name, Secret.of(value), domain, path, Optional.ofNullable(end), secure);
    }
}
