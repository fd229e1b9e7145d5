package dev.latchkey.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SecretTest {

    private static final JsonMapper JSON = new JsonMapper();

    @Test
    @DisplayName("R157 neither prints itself nor goes through Jackson, in either direction")
    void staysInside() {
        Secret secret = Secret.of("s3cr3t-value");

        assertThat(secret).hasToString("[secret]");
        assertThatThrownBy(() -> JSON.writeValueAsString(secret)).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> JSON.readValue("\"s3cr3t-value\"", Secret.class))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    @DisplayName("is equal by content, and known by its digest")
    void comparesContent() {
        Secret secret = Secret.of("s3cr3t-value");

        assertThat(secret).isEqualTo(Secret.of("s3cr3t-value")).hasSameHashCodeAs(Secret.of("s3cr3t-value"));
        assertThat(secret).isNotEqualTo(Secret.of("s3cr3t-valuf")).isNotEqualTo(Secret.of("s3cr3t"));
        assertThat(secret.hasSha256(Secret.of("s3cr3t-value").sha256())).isTrue();
        assertThat(secret.hasSha256("s3cr3t-value".getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThatThrownBy(() -> Secret.of("")).isInstanceOf(IllegalArgumentException.class);
    }
}
