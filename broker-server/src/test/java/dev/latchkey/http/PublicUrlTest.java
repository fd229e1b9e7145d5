package dev.latchkey.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.testkit.PublishedBroker;
import dev.latchkey.testkit.RawHttp;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.value.registry.ValueRegistry;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(PublishedBroker.class)
@QuarkusTestResource(TestDatabase.class)
class PublicUrlTest {

    private static final String APPS = "/api/v1/apps";

    @TestHTTPResource("/")
    URI server;

    @Inject
    PublicUrl publicUrl;

    @Inject
    ValueRegistry started;

    @Test
    @DisplayName("R144 builds addresses from the configuration only")
    void isTheConfiguredOne() {
        assertThat(publicUrl.resolve("/callback/x")).isEqualTo(URI.create("https://broker.example.org/callback/x"));
        assertThat(publicUrl.isHttps()).isTrue();
    }

    @Test
    void takesPathsOnly() {
        assertThatThrownBy(() -> publicUrl.resolve("//evil.example")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> publicUrl.resolve("@evil.example")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("R144 answers for the public name only, once there is one")
    void answersForThePublicNameOnly() {
        assertThat(get("broker.example.org")).startsWith("HTTP/1.1 401").contains("max-age=31536000");
        assertThat(get("Broker.example.ORG:443")).startsWith("HTTP/1.1 401");
        assertThat(get("broker.example.org:8080")).startsWith("HTTP/1.1 421");
        assertThat(get("broker.example.org.evil.example")).startsWith("HTTP/1.1 421");
        assertThat(get(server.getAuthority())).startsWith("HTTP/1.1 421");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://a.example",
                "https://a.example/",
                "https://a.example/path",
                "https://u@a.example",
                "https://A.example",
                "https://a.example?x",
                "https:a.example",
                "a.example",
                "HTTPS://a.example"
            })
    void refusesWhatIsNoOrigin(String url) {
        assertThatThrownBy(() -> new PublicUrl(new Fixed(URI.create(url)), started))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("latchkey.http.public-url");
    }

    private String get(String host) {
        return RawHttp.get(server, APPS, "Host: " + host);
    }

    private record Fixed(URI url) implements HttpConfig {

        @Override
        public String host() {
            return "127.0.0.1";
        }

        @Override
        public int port() {
            return 1;
        }

        @Override
        public Optional<URI> publicUrl() {
            return Optional.of(url);
        }

        @Override
        public Optional<Integer> managementPort() {
            return Optional.empty();
        }

        @Override
        public Duration drain() {
            return Duration.ZERO;
        }

        @Override
        public Duration bodyTimeout() {
            return Duration.ofSeconds(1);
        }
    }
}
