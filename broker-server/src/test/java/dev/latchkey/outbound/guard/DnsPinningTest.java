package dev.latchkey.outbound.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.latchkey.outbound.PartnerCallException;
import dev.latchkey.outbound.PartnerCallException.Reason;
import dev.latchkey.outbound.PartnerHttp;
import dev.latchkey.outbound.PartnerRequest;
import dev.latchkey.outbound.PartnerResponse;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.outbound.guard.VettedDnsResolver.ForbiddenAddressException;
import dev.latchkey.testkit.FaultyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What DNS may answer. Public addresses are only resolved to here, never connected to. */
class DnsPinningTest {

    private static final String PUBLIC = "93.184.215.14";

    @Test
    @DisplayName("R129 blocks names that lead to a forbidden address when the connection is made")
    void blocksForbiddenAddresses() throws IOException {
        assertThat(SsrfGuardTest.lines("/ssrf-addresses.txt"))
                .hasSizeGreaterThan(50)
                .allSatisfy(address -> {
                    VettedDnsResolver resolver = resolver(host -> addresses(address));
                    assertThatExceptionOfType(ForbiddenAddressException.class)
                            .isThrownBy(() -> resolver.resolve("partner.example"));
                });
    }

    @Test
    @DisplayName("R129 opening loopback opens no other address")
    void loopbackOpensNoOtherAddress() throws IOException {
        SsrfGuard open = TestOutbound.guard(true);
        for (String address : SsrfGuardTest.lines("/ssrf-addresses.txt")) {
            InetAddress parsed = InetAddress.getByName(address);
            assertThat(open.mayConnect("partner.example", parsed)).as(address).isEqualTo(parsed.isLoopbackAddress());
        }
    }

    @Test
    @DisplayName("R129 a name that leads to loopback is refused and nobody connects")
    void sendsNothingToAForbiddenAddress() throws Exception {
        try (FaultyServer inside = FaultyServer.start(FaultyServer.answering(FaultyServer.response(200, "", "x")))) {
            PartnerHttp http =
                    TestOutbound.http(TestOutbound.closedWithPort(inside.port()), host -> addresses("127.0.0.1"));

            assertThatExceptionOfType(PartnerCallException.class)
                    .isThrownBy(() ->
                            http.send(PartnerRequest.get(URI.create("https://partner.example:" + inside.port() + "/"))))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_ALLOWED))
                    .satisfies(e -> assertThat(e.sent()).isFalse());
            assertThat(inside.connections()).isZero();
        }
    }

    @Test
    @DisplayName("R130 one private answer among public ones rejects all of them")
    void rejectsMixedAnswers() {
        for (String inside : new String[] {"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"}) {
            assertThatExceptionOfType(ForbiddenAddressException.class)
                    .isThrownBy(
                            () -> resolver(host -> addresses(PUBLIC, inside)).resolve("partner.example"));
            assertThatExceptionOfType(ForbiddenAddressException.class)
                    .isThrownBy(
                            () -> resolver(host -> addresses(inside, PUBLIC)).resolve("partner.example"));
        }
    }

    @Test
    @DisplayName("R130 the vetted addresses are the ones used; a later answer is vetted again")
    void vetsEachAnswer() throws UnknownHostException {
        AtomicInteger asked = new AtomicInteger();
        VettedDnsResolver resolver =
                resolver(host -> asked.getAndIncrement() == 0 ? addresses(PUBLIC) : addresses("127.0.0.1"));

        assertThat(resolver.resolve("partner.example")).containsExactly(InetAddress.getByName(PUBLIC));
        assertThat(asked).hasValue(1);
        assertThatExceptionOfType(ForbiddenAddressException.class)
                .isThrownBy(() -> resolver.resolve("partner.example"));
    }

    @Test
    @DisplayName("R130 a call asks DNS once and connects to that answer")
    void resolvesOncePerCall() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (FaultyServer server = FaultyServer.start(FaultyServer.answering(FaultyServer.response(200, "", "ok")))) {
            PartnerHttp http = TestOutbound.http(
                    TestOutbound.config(true),
                    host -> asked.getAndIncrement() == 0 ? addresses("127.0.0.1") : addresses("127.0.0.2"));

            PartnerResponse answer =
                    http.send(PartnerRequest.get(URI.create("http://localhost:" + server.port() + "/")));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(asked).hasValue(1);
            assertThat(server.requests().getFirst()).contains("Host: localhost:" + server.port());
        }
    }

    @Test
    void localhostThatLeadsElsewhereIsRefused() {
        PartnerHttp http = TestOutbound.http(TestOutbound.config(true), host -> addresses(PUBLIC));

        assertThatExceptionOfType(PartnerCallException.class)
                .isThrownBy(() -> http.send(PartnerRequest.get(URI.create("http://localhost:1/"))))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_ALLOWED));
    }

    @Test
    void anUnknownNameIsUnreachableAndUnsent() {
        PartnerHttp http = TestOutbound.http(TestOutbound.config(false), host -> {
            throw new UnknownHostException();
        });

        assertThatExceptionOfType(PartnerCallException.class)
                .isThrownBy(() -> http.send(PartnerRequest.get(URI.create("https://partner.example/"))))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE))
                .satisfies(e -> assertThat(e.sent()).isFalse());
    }

    private static VettedDnsResolver resolver(HostLookup lookup) {
        return new VettedDnsResolver(lookup, TestOutbound.guard(false));
    }

    private static InetAddress[] addresses(String... literals) throws UnknownHostException {
        InetAddress[] addresses = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            addresses[i] = InetAddress.getByName(literals[i]);
        }
        return addresses;
    }
}
