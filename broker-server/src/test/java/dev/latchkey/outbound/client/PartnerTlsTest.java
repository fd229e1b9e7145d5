package dev.latchkey.outbound.client;

import static dev.latchkey.testkit.FaultyServer.answering;
import static dev.latchkey.testkit.FaultyServer.response;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.FaultyServer;
import dev.latchkey.testkit.TestCertificates;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** R65: TLS failures fail closed. */
class PartnerTlsTest {

    private static TestCertificates certificates;
    private static PartnerHttp http;

    @BeforeAll
    static void makeAuthority(@TempDir Path folder) throws Exception {
        certificates = new TestCertificates(folder);
        http = TestOutbound.http(
                TestOutbound.patient(), TestOutbound::loopbackOnly, certificates.client(), new SimpleMeterRegistry());
    }

    @Test
    void talksToAPartnerThatProvesItself() throws Exception {
        SSLContext good = certificates.server("good", "dns:localhost,ip:127.0.0.1");
        try (FaultyServer partner = FaultyServer.startTls(good, answering(response(200, "", "ok")))) {
            assertThat(http.send(PartnerRequest.get(byName(partner))).status()).isEqualTo(200);
            assertThat(http.send(PartnerRequest.get(partner.uri("/"))).status()).isEqualTo(200);
        }
    }

    @Test
    @DisplayName("R65 a self-signed certificate is refused and nothing is sent")
    void refusesSelfSigned() throws Exception {
        assertRefused(certificates.selfSignedServer("self", "dns:localhost"));
    }

    @Test
    @DisplayName("R65 another host's certificate is refused and nothing is sent")
    void refusesWrongHost() throws Exception {
        assertRefused(certificates.server("other", "dns:other.example"));
    }

    @Test
    @DisplayName("R65 an expired certificate is refused and nothing is sent")
    void refusesExpired() throws Exception {
        assertRefused(certificates.server("expired", "dns:localhost", "-startdate", "-10d", "-validity", "1"));
    }

    @Test
    @DisplayName("R65 TLS 1.1 is refused and nothing is sent")
    void refusesOldTls() throws Exception {
        // ServerHello of TLS 1.1, ECDHE-RSA-AES128-SHA, with an empty session id
        String hello = "020000260302" + "00".repeat(32) + "00" + "c013" + "00";
        byte[] record = HexFormat.of().parseHex("160302002a" + hello);
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.socket().getInputStream().readNBytes(5);
            connection.write(record);
            connection.awaitClose();
        })) {
            assertTls(URI.create("https://localhost:" + partner.port() + "/"));
        }
    }

    @Test
    @DisplayName("R65 an answer in clear is refused and nothing is sent in clear")
    void refusesClearText() throws Exception {
        try (FaultyServer partner = FaultyServer.start(connection -> {
            connection.write(response(200, "", "ok"));
            connection.awaitClose();
        })) {
            assertTls(URI.create("https://localhost:" + partner.port() + "/"));
            assertThat(partner.connections()).isEqualTo(1);
        }
    }

    private static void assertRefused(SSLContext server) throws Exception {
        try (FaultyServer partner = FaultyServer.startTls(server, answering(response(200, "", "ok")))) {
            assertTls(byName(partner));
            assertThat(partner.requests()).isEmpty();
            assertThat(partner.connections()).isEqualTo(1);
        }
    }

    private static void assertTls(URI uri) {
        assertThatExceptionOfType(PartnerCallException.class)
                .isThrownBy(() -> http.send(PartnerRequest.get(uri)))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.TLS))
                .satisfies(e -> assertThat(e.sent()).isFalse())
                .satisfies(e -> assertThat(e.toProblem().type()).isEqualTo(ProblemType.PARTNER_TLS));
    }

    private static URI byName(FaultyServer partner) {
        return URI.create("https://localhost:" + partner.port() + "/");
    }
}
