package dev.latchkey.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.oauth.Scopes;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Purpose;
import dev.latchkey.secret.Secret;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialCodecTest {

    private static final Instant ISSUED = Instant.parse("2030-01-01T00:00:00.123456789Z");
    private static final Credential FULL = new Credential.OAuth2(
            Secret.of("at"), Optional.of(Secret.of("rt")), ISSUED, ISSUED.plusSeconds(600), Scopes.of("b", "a"));

    static Stream<Credential> credentials() {
        return Stream.of(
                FULL,
                new Credential.OAuth2(Secret.of("at"), Optional.empty(), ISSUED, ISSUED, Scopes.none()),
                new Credential.OAuth2(
                        Secret.of("a b\u0000\"é"), Optional.empty(), Instant.EPOCH, Instant.MAX, Scopes.of("a")),
                new Credential.OAuth1(Secret.of("t"), Secret.of("s")),
                new Credential.Registered(),
                new Credential.Session(
                        Optional.of(Secret.of("{}")),
                        List.of(
                                new SessionCookie("_a", Secret.of("1"), "h.example", "/", Optional.of(ISSUED), true),
                                new SessionCookie("b", Secret.of("2"), ".h.example", "/x", Optional.empty(), false)),
                        ISSUED,
                        ISSUED.plusSeconds(5)),
                new Credential.Session(
                        Optional.empty(),
                        List.of(new SessionCookie("a", Secret.of("1"), "h", "/", Optional.empty(), true)),
                        ISSUED,
                        ISSUED));
    }

    @ParameterizedTest
    @MethodSource("credentials")
    void comesBackAsItWas(Credential credential) {
        assertThat(CredentialCodec.decode(CredentialCodec.encode(credential))).isEqualTo(credential);
    }

    @Test
    void writesTheNamesOfTheStandard() {
        SecretFields fields = CredentialCodec.encode(FULL);

        assertThat(fields.values().keySet())
                .containsExactlyInAnyOrder("kind", "access_token", "refresh_token", "issued_at", "expires_at", "scope");
        assertThat(fields.get("expires_at").orElseThrow().reveal(Purpose.STORE))
                .isEqualTo("2030-01-01T00:10:00.123456789Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind", "access_token", "issued_at", "expires_at"})
    void refusesMissingField(String name) {
        Map<String, Secret> fields = new HashMap<>(CredentialCodec.encode(FULL).values());
        fields.remove(name);

        assertUnreadable(new SecretFields(fields));
    }

    @ParameterizedTest
    @CsvSource({"kind,oauth1", "issued_at,yesterday", "expires_at,1893456000", "scope,a\"b", "id_token,extra"})
    void refusesWhatItDidNotWrite(String name, String value) {
        assertUnreadable(CredentialCodec.encode(FULL).with(name, Secret.of(value)));
    }

    private static void assertUnreadable(SecretFields fields) {
        assertThatThrownBy(() -> CredentialCodec.decode(fields))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.VAULT_UNAVAILABLE));
    }
}
