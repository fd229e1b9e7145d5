package dev.latchkey.signing.scheme;

import dev.latchkey.boot.DatabaseAccess;
import dev.latchkey.handshake.HandshakeContext;
import dev.latchkey.nonce.Replicas;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.secret.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;

/**
 * A process of its own that does nothing but send with a Cryptonex key, from many callers at once, until it is killed. It
 * uses the lanes and the signer of the broker and none of the rest, so that it is there in a second.
 */
final class LaneProcess {

    private static final String CALL = "{\"jsonrpc\":\"2.0\",\"method\":\"user.info\",\"id\":1}";

    private LaneProcess() {}

    /** The partner's address and the number of callers; how to reach the database comes by the environment. */
    public static void main(String[] arguments) throws InterruptedException {
        DatabaseAccess database = new DatabaseAccess(
                variable("LANE_URL"),
                variable("LANE_USER"),
                Secret.of(variable("LANE_PASSWORD")),
                "unused",
                Secret.of("unused"));
        Replicas here = new Replicas(database, Clock.systemUTC(), Duration.ofSeconds(60), 1000, Duration.ofSeconds(4));
        JsonRpcSigner signer = new JsonRpcSigner(here.process());
        HandshakeContext context = Registered.context("cryptonex", "key1", "secret1");
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        URI partner = URI.create(arguments[0]);
        for (int caller = 1; caller < Integer.parseInt(arguments[1]); caller++) {
            Thread.startVirtualThread(() -> callForEver(signer, context, http, partner));
        }
        callForEver(signer, context, http, partner);
    }

    private static String variable(String name) {
        return Objects.requireNonNull(System.getenv(name), name);
    }

    private static void callForEver(JsonRpcSigner signer, HandshakeContext context, HttpClient http, URI partner) {
        while (!Thread.currentThread().isInterrupted()) {
            try (RequestSigner.Turn turn = signer.takeTurn(context)) {
                PartnerRequest signed = signer.sign(context, Registered.CREDENTIAL, Registered.post(context, "", CALL));
                HttpRequest.Builder request =
                        HttpRequest.newBuilder(partner).POST(BodyPublishers.ofByteArray(signed.body()));
                signed.headers().forEach(request::header);
                http.send(request.build(), BodyHandlers.discarding());
            } catch (BrokerException | IOException | IllegalStateException again) {
                System.out.println(again);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
