package dev.latchkey.keycloak.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.keycloak.broker.BrokerAnswer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExchangeAnswerTest {

    private static final String TOKEN = """
            {"access_token":"s3cr3t","issued_token_type":"urn:ietf:params:oauth:token-type:access_token",
             "token_type":"N_A","header_name":"X-Key","expires_in":60,"scope":"a b","refresh_token":"never"}""";

    private static ExchangeAnswer answer(int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return ExchangeAnswer.of(new BrokerAnswer.Answered(status, bytes, Optional.of("3")));
    }

    @Test
    @DisplayName("hands on the members of RFC 8693 and no others, and shows none of them")
    void handsOnTheToken() {
        ExchangeAnswer answer = answer(200, TOKEN);

        assertThat(answer)
                .isInstanceOfSatisfying(
                        ExchangeAnswer.Granted.class,
                        granted -> assertThat(granted.members())
                                .isEqualTo(Map.of(
                                        "access_token",
                                        "s3cr3t",
                                        "issued_token_type",
                                        "urn:ietf:params:oauth:token-type:access_token",
                                        "token_type",
                                        "N_A",
                                        "header_name",
                                        "X-Key",
                                        "expires_in",
                                        60L,
                                        "scope",
                                        "a b")));
        assertThat(answer.toString()).doesNotContain("s3cr3t");
    }

    @ParameterizedTest
    @DisplayName("errors of the broker come through as errors of RFC 6749; what can be tried again is 503")
    @CsvSource({
        "400,invalid_target,400,invalid_target",
        "400,invalid_scope,400,invalid_scope",
        "400,invalid_request,400,invalid_request",
        "400,unauthorized_client,400,unauthorized_client",
        "413,invalid_request,400,invalid_request",
        "401,invalid_client,500,server_error",
        "400,invalid_client,500,server_error",
        "400,made_up,503,temporarily_unavailable",
        "429,temporarily_unavailable,503,temporarily_unavailable",
        "500,server_error,503,temporarily_unavailable",
        "503,temporarily_unavailable,503,temporarily_unavailable",
        "504,temporarily_unavailable,503,temporarily_unavailable",
        "307,invalid_target,503,temporarily_unavailable"
    })
    void translatesErrors(int status, String error, int wantedStatus, String wanted) {
        assertThat(answer(status, "{\"error\":\"" + error + "\",\"error_description\":\"a\\\"b\\nc\"}"))
                .isInstanceOfSatisfying(ExchangeAnswer.Refused.class, refused -> {
                    assertThat(refused.status()).isEqualTo(wantedStatus);
                    assertThat(refused.error()).isEqualTo(wanted);
                    assertThat(refused.description()).doesNotContain("\"", "\n");
                    assertThat(refused.retryAfter().isPresent()).isEqualTo(wantedStatus == 503);
                });
    }

    @ParameterizedTest
    @DisplayName("an answer that is no token is none")
    @CsvSource(
            delimiter = '|',
            value = {
                "''",
                "[]",
                "{}",
                "<html>",
                "{\"access_token\":1,\"issued_token_type\":\"x\",\"token_type\":\"x\",\"expires_in\":1}",
                "{\"access_token\":\"x\",\"issued_token_type\":\"x\",\"token_type\":\"x\"}"
            })
    void refusesNonsense(String body) {
        assertThat(answer(200, body))
                .isInstanceOfSatisfying(
                        ExchangeAnswer.Refused.class,
                        refused -> assertThat(refused.error()).isEqualTo("temporarily_unavailable"));
    }

    @Test
    @DisplayName("a broker that is away is temporarily_unavailable")
    void answersForABrokerThatIsAway() {
        assertThat(ExchangeAnswer.of(new BrokerAnswer.Unavailable("no answer in time")))
                .isEqualTo(new ExchangeAnswer.Refused(
                        503,
                        "temporarily_unavailable",
                        "Try again later.",
                        "Latchkey cannot be reached: no answer in time",
                        Optional.of("5")));
    }
}
