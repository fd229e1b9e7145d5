package dev.latchkey.keycloak.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ExchangeRequestTest {

    private static final String CONNECTION = "urn:latchkey:connection:0b9e7d0a-6b1c-4b52-9d9c-1f2a3b4c5d6e";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private static Map<String, List<String>> form(String... pairs) {
        Map<String, List<String>> form = new HashMap<>(Map.of("resource", List.of(CONNECTION)));
        for (int i = 0; i < pairs.length; i += 2) {
            form.put(pairs[i], List.of(pairs[i + 1]));
        }
        return form;
    }

    @Test
    @DisplayName("only what names something of the broker's is ours")
    void knowsWhatIsOurs() {
        assertThat(ExchangeRequest.isOurs(form())).isTrue();
        assertThat(ExchangeRequest.isOurs(form("resource", "urn:latchkey:owner:42")))
                .isTrue();
        assertThat(ExchangeRequest.isOurs(Map.of())).isFalse();
        assertThat(ExchangeRequest.isOurs(Map.of("resource", List.of("https://api.example.com"))))
                .isFalse();
        assertThat(ExchangeRequest.isOurs(Map.of("audience", List.of("urn:latchkey:connection:1"))))
                .isFalse();
    }

    @Test
    @DisplayName("passes on what the broker knows, never a credential of the client or its token")
    void passesOnlyKnownParameters() throws Exception {
        ExchangeRequest request = ExchangeRequest.of(form(
                "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                "audience", "cryptonit",
                "scope", "profile",
                "client_id", "orders",
                "client_secret", "s3cr3t",
                "client_assertion", "x.y.z",
                "subject_token", "a.b.c",
                "subject_token_type", ACCESS_TOKEN));

        assertThat(request.passedOn()).containsOnlyKeys("grant_type", "resource", "audience", "scope");
        assertThat(request.subjectToken()).contains("a.b.c");
        assertThat(request.toString()).doesNotContain("a.b.c");
    }

    @Test
    @DisplayName("refuses a parameter that comes twice, an actor, and a subject_token of another type or of none")
    void refusesWhatCannotBeServed() {
        assertRefused(Map.of("resource", List.of(CONNECTION, CONNECTION)), "resource comes twice.");
        assertRefused(form("actor_token", "x"), "actor_token is not supported here.");
        assertRefused(form("scope", "x".repeat(2049)), "scope is too long.");
        String type = "subject_token comes with its subject_token_type, an access token or JWT.";
        assertRefused(form("subject_token", "x"), type);
        assertRefused(form("subject_token_type", ACCESS_TOKEN), type);
        assertRefused(
                form("subject_token", "x", "subject_token_type", "urn:ietf:params:oauth:token-type:id_token"), type);
    }

    private static void assertRefused(Map<String, List<String>> form, String message) {
        assertThatThrownBy(() -> ExchangeRequest.of(form))
                .isInstanceOf(ExchangeRequest.MalformedException.class)
                .hasMessage(message);
    }
}
