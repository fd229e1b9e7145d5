package dev.latchkey.outbound;

import static dev.latchkey.testkit.FaultyServer.answering;
import static dev.latchkey.testkit.FaultyServer.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.testkit.FaultyServer;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectFollowerTest {

    private final PartnerHttp http = TestOutbound.http();

    @ParameterizedTest
    @DisplayName("R131 a metadata read follows a redirect")
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void follows(int status) throws Exception {
        try (FaultyServer other = FaultyServer.start(answering(response(200, "", "{}")));
                FaultyServer first = redirecting(status, other.uri("/moved").toString())) {
            PartnerResponse answer = http.getFollowing(PartnerRequest.get(first.uri("/")), 1);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(other.requests().getFirst()).startsWith("GET /moved HTTP/1.1");
        }
    }

    @ParameterizedTest
    @DisplayName("R131 each hop is vetted")
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/",
                "https://169.254.169.254/",
                "https://10.0.0.1/",
                "http://partner.example/",
                "https://partner.example:22/",
                "https://a@partner.example/",
                "file:///etc/passwd",
                "//2130706433/",
                "https://metadata.google.internal/"
            })
    void vetsEachHop(String location) throws Exception {
        try (FaultyServer first = redirecting(302, location)) {
            assertFails(http, PartnerRequest.get(first.uri("/")), 3, Reason.NOT_ALLOWED);
        }
    }

    @Test
    @DisplayName("R131 another origin sees no credential, the same origin does")
    void dropsCredentialsAcrossOrigins() throws Exception {
        try (FaultyServer other = FaultyServer.start(answering(response(200, "", "{}")));
                FaultyServer first = FaultyServer.start(connection -> {
                    boolean again = connection.readRequest().startsWith("GET /again");
                    String target = again ? other.uri("/").toString() : "/again";
                    connection.write(response(302, "Location: " + target + "\r\n", ""));
                })) {
            PartnerRequest request = PartnerRequest.get(first.uri("/"))
                    .withHeader("Authorization", "Bearer x")
                    .withHeader("cookie", "a=b")
                    .withHeader("X-Api-Key", "k");

            http.getFollowing(request, 3);

            assertThat(first.requests()).hasSize(2).allMatch(seen -> seen.contains("Authorization: Bearer x"));
            assertThat(other.requests())
                    .singleElement()
                    .satisfies(seen -> assertThat(seen)
                            .contains("Accept: application/json")
                            .doesNotContainIgnoringCase("authorization")
                            .doesNotContainIgnoringCase("cookie")
                            .doesNotContainIgnoringCase("x-api-key"));
        }
    }

    @Test
    @DisplayName("R131 https never leads to http")
    void refusesADowngrade() {
        List<PartnerRequest> seen = new ArrayList<>();
        PartnerHttp scripted = request -> {
            seen.add(request);
            return new PartnerResponse(302, Map.of("location", List.of("http://127.0.0.1:1/")), new byte[0]);
        };

        assertFails(scripted, PartnerRequest.get(URI.create("https://127.0.0.1/")), 3, Reason.NOT_ALLOWED);
        assertThat(seen).hasSize(1);
    }

    @Test
    @DisplayName("R131 a loop ends after the hops allowed")
    void endsALoop() throws Exception {
        try (FaultyServer first = redirecting(302, "/")) {
            assertFails(http, PartnerRequest.get(first.uri("/")), 3, Reason.MALFORMED);
            assertThat(first.connections()).isEqualTo(4);
        }
    }

    @Test
    void refusesARedirectWithoutATarget() throws Exception {
        try (FaultyServer first = FaultyServer.start(answering(response(302, "", "")))) {
            assertFails(http, PartnerRequest.get(first.uri("/")), 3, Reason.MALFORMED);
        }
        try (FaultyServer first = redirecting(302, "https://[")) {
            assertFails(http, PartnerRequest.get(first.uri("/")), 3, Reason.MALFORMED);
        }
    }

    @Test
    void isForReadsWithFewHopsOnly() {
        URI uri = URI.create("https://partner.example/");
        PartnerRequest post = new PartnerRequest("POST", uri, Map.of(), new byte[0]);

        assertThatIllegalArgumentException().isThrownBy(() -> http.getFollowing(post, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> http.getFollowing(PartnerRequest.get(uri), 4));
    }

    private static FaultyServer redirecting(int status, String location) throws IOException {
        return FaultyServer.start(answering(response(status, "Location: " + location + "\r\n", "")));
    }

    private static void assertFails(PartnerHttp http, PartnerRequest request, int hops, Reason reason) {
        assertThatExceptionOfType(PartnerCallException.class)
                .isThrownBy(() -> http.getFollowing(request, hops))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
