package dev.latchkey.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.catalog.entry.WebhookScheme;
import dev.latchkey.catalog.entry.WebhookScheme.Signature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The member {@code webhook} of rows. */
class WebhookSchemeTest {

    private static final String ROW = """
            id: example
            name: Example
            kind: client_credentials
            endpoints: { token_endpoint: https://partner.example/token }
            """;

    private static final String SIGNED = "signature_header: X-Sig, algorithm: hmac-sha256-hex, secret: client_secret";

    @TempDir
    Path folder;

    @Test
    @DisplayName("knows how Noones calls: signed with the API secret, or unsigned")
    void knowsNoones() {
        Catalog rows = TestCatalog.builtIn();
        Optional<String> challenge = Optional.of("X-Noones-Request-Challenge");

        assertThat(rows.find("noones-hmac").orElseThrow().webhook())
                .contains(new WebhookScheme(
                        challenge,
                        Optional.of(new Signature(
                                "X-Noones-Signature", "api_secret", Optional.empty(), Optional.empty()))));
        for (String row : new String[] {"noones-oauth2-direct", "noones-oauth2-delegated"}) {
            assertThat(rows.find(row).orElseThrow().webhook()).contains(new WebhookScheme(challenge, Optional.empty()));
        }
        assertThat(rows.find("cryptonit-oauth2").orElseThrow().webhook()).isEmpty();
    }

    @Test
    @DisplayName("reads every member")
    void readsAll() throws IOException {
        write("challenge_header: X-Challenge, " + SIGNED + ", id_header: X-Id, timestamp_header: X-Time");

        assertThat(TestCatalog.with(folder).find("example").orElseThrow().webhook())
                .contains(new WebhookScheme(
                        Optional.of("X-Challenge"),
                        Optional.of(
                                new Signature("X-Sig", "client_secret", Optional.of("X-Id"), Optional.of("X-Time")))));
    }

    @ParameterizedTest
    @ValueSource(strings = {SIGNED, "unsigned: true", "unsigned: true, challenge_header: X-Challenge"})
    void admitsTheGoodOnes(String webhook) throws IOException {
        write(webhook);

        assertThat(TestCatalog.with(folder).find("example").orElseThrow().webhook())
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "challenge_header: X-Challenge",
                "unsigned: false",
                "unsigned: true, " + SIGNED,
                "unsigned: true, timestamp_header: X-Time",
                "signature_header: X-Sig, algorithm: hmac-sha256-hex",
                "signature_header: X-Sig, secret: client_secret",
                "signature_header: X-Sig, algorithm: hmac-md5-hex, secret: client_secret",
                "signature_header: X-Sig, algorithm: hmac-sha256-hex, secret: api_secret",
                "unsigned: true, challenge_header: Set-Cookie",
                "unsigned: true, challenge_header: Location",
                "unsigned: true, challenge_header: \"X-A: b\"",
                SIGNED + ", id_header: x-sig",
                SIGNED + ", timestamp_header: X-T, challenge_header: X-T",
                SIGNED + ", unknown: 1"
            })
    @DisplayName(
            "R120 refuses a scheme that is incomplete, contradicts itself, or would set a header that means something")
    void refusesTheBadOnes(String webhook) throws IOException {
        write(webhook);

        assertThatExceptionOfType(CatalogFileException.class).isThrownBy(() -> TestCatalog.with(folder));
    }

    private void write(String webhook) throws IOException {
        Files.writeString(folder.resolve("example.yaml"), ROW + "webhook: { " + webhook + " }\n");
    }
}
