package dev.latchkey.signing.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.nonce.Replicas;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.sandbox.Sandbox;
import dev.latchkey.sandbox.SandboxConfig;
import dev.latchkey.sandbox.client.FaultOrder;
import dev.latchkey.sandbox.client.SandboxControl;
import dev.latchkey.testkit.AtOnce;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What a partner sees that takes growing nonces only, in the order of arrival, when three processes send with one key over
 * a network that lets requests overtake each other.
 */
class CryptonexOrderTest {

    private static final String CALL = "{\"jsonrpc\":\"2.0\",\"method\":\"user.info\",\"id\":1}";

    private final Replicas replicas = new Replicas(Clock.systemUTC(), Duration.ofSeconds(60), 1000);
    private final Sandbox sandbox = Sandbox.start(SandboxConfig.defaults());
    private final SandboxControl control = new SandboxControl(sandbox.baseUri());
    private final HandshakeContext context = Registered.context("cryptonex", "key1", "secret1");
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<JsonRpcSigner> processes = Stream.generate(() -> new JsonRpcSigner(replicas.process()))
            .limit(3)
            .toList();
    private final AtomicInteger callers = new AtomicInteger();

    @BeforeEach
    void register() {
        control.registerClient("cryptonex", "key1", "secret1");
        control.fault(FaultOrder.at("cryptonex").endpoint("api").forever().arrivalJitter(Duration.ofMillis(30)));
    }

    @AfterEach
    void stop() {
        sandbox.close();
        replicas.close();
    }

    @Test
    @DisplayName("R114 200 callers, 3 processes, one key, jitter: strictly increasing, no reject")
    void inOrder() {
        List<String> answers = AtOnce.run(200, () -> {
            JsonRpcSigner signer = next();
            try (RequestSigner.Turn turn = signer.takeTurn(context)) {
                return send(signer);
            }
        });

        assertThat(answers).hasSize(200).allMatch(answer -> answer.contains("\"result\""));
        assertThat(rejections()).isEmpty();
    }

    @Test
    @DisplayName("R114 the same without turns: growing numbers alone are not enough, and the sandbox notices")
    void outOfOrder() {
        AtOnce.run(60, () -> send(next()));

        assertThat(rejections()).containsKey("nonce is not larger than the last one");
    }

    @Test
    @DisplayName("R116 lost answers burn their nonces, whether or not the partner acted; all others are taken")
    void lostAnswers() {
        control.fault(FaultOrder.at("cryptonex").endpoint("api").times(5).dropAfterCommit());
        control.fault(FaultOrder.at("cryptonex").endpoint("api").times(5).dropBeforeCommit());

        List<String> answers = AtOnce.run(40, () -> {
            JsonRpcSigner signer = next();
            try (RequestSigner.Turn turn = signer.takeTurn(context)) {
                return send(signer);
            }
        });

        assertThat(answers).filteredOn(String::isEmpty).hasSize(10);
        assertThat(answers).filteredOn(answer -> answer.contains("\"result\"")).hasSize(30);
        assertThat(rejections()).isEmpty();
        assertThat(control.count("cryptonex", "api")).isEqualTo(40);
    }

    private JsonRpcSigner next() {
        return processes.get(callers.getAndIncrement() % processes.size());
    }

    /** What the partner answered; empty if its answer was lost. The client would send a POST again by no means. */
    private String send(JsonRpcSigner signer) throws InterruptedException {
        PartnerRequest signed = signer.sign(context, Registered.CREDENTIAL, Registered.post(context, "", CALL));
        HttpRequest.Builder request = HttpRequest.newBuilder(sandbox.baseUri().resolve("/cryptonex/api"))
                .POST(BodyPublishers.ofByteArray(signed.body()));
        signed.headers().forEach(request::header);
        try {
            return http.send(request.build(), BodyHandlers.ofString()).body();
        } catch (IOException lost) {
            return "";
        }
    }

    private Map<String, Object> rejections() {
        return new ObjectMapper()
                .convertValue(control.counters().at("/partners/cryptonex/rejections"), new TypeReference<>() {});
    }
}
