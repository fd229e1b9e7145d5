package dev.latchkey.partner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.catalog.entry.EndpointName;
import dev.latchkey.outbound.client.TestOutbound;
import dev.latchkey.partner.registration.AdminApi;
import dev.latchkey.partner.registration.AdminApi.Answer;
import dev.latchkey.partner.registration.PartnerTestProfile;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.testkit.AtOnce;
import dev.latchkey.testkit.FakeIssuer;
import dev.latchkey.testkit.MutableClock;
import dev.latchkey.testkit.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(PartnerTestProfile.class)
@QuarkusTestResource(TestDatabase.class)
class IssuerMetadataTest {

    private static final String OPENID = "/.well-known/openid-configuration";
    private static final String OAUTH = "/.well-known/oauth-authorization-server";

    private final AdminApi admin = new AdminApi("admin");
    private final FakeIssuer issuer = new FakeIssuer();

    @Inject
    Partners partners;

    @Inject
    MetadataReader reader;

    @AfterEach
    void closeIssuer() {
        issuer.close();
    }

    @Test
    void completesTheAddresses() {
        issuer.serve(OPENID, issuer.document(issuer.issuer().toString()));
        Partner partner = registered("oidc", "{\"issuer\":\"" + issuer.issuer() + "\"}");

        ProviderMetadata metadata = reader.metadataOf(partner);

        assertThat(metadata.issuer()).contains(issuer.issuer().toString());
        assertThat(metadata.issuerInCallback()).isTrue();
        assertThat(metadata.endpoints().get(EndpointName.TOKEN_ENDPOINT)).contains(at("/token"));
        assertThat(metadata.endpoints().get(EndpointName.JWKS_URI)).contains(at("/jwks"));
        assertThat(metadata.endpoints().get(EndpointName.REVOCATION_ENDPOINT)).contains(at("/revoke"));
        assertThat(issuer.hits()).as("what was read when it was saved is kept").isEqualTo(1);
    }

    @Test
    void asksOnceForManyWhoWait() throws Exception {
        Partner partner = registered("oidc", "{\"issuer\":\"" + issuer.issuer() + "\"}");
        issuer.serve(OPENID, issuer.document(issuer.issuer().toString()));
        int before = issuer.hits();
        CountDownLatch gate = issuer.hold();
        CountDownLatch started = new CountDownLatch(20);
        Callable<ProviderMetadata> reading = () -> {
            started.countDown();
            return reader.metadataOf(partner);
        };

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ProviderMetadata>> running = IntStream.range(0, 20)
                    .mapToObj(i -> threads.submit(reading))
                    .toList();
            started.await();
            gate.countDown();
            for (Future<ProviderMetadata> future : running) {
                assertThat(future.get().issuer()).contains(issuer.issuer().toString());
            }
        }

        assertThat(issuer.hits() - before).isEqualTo(1);
    }

    @Test
    void letsExplicitAddressesWin() {
        issuer.serve(OAUTH, issuer.document(issuer.issuer().toString()));

        Partner partner = registered(
                "oauth2",
                "{\"issuer\":\"" + issuer.issuer() + "\",\"token_endpoint\":\"https://partner.example/token\"}");

        assertThat(reader.metadataOf(partner).endpoints().get(EndpointName.TOKEN_ENDPOINT))
                .contains(URI.create("https://partner.example/token"));
        assertThat(reader.metadataOf(partner).endpoints().get(EndpointName.AUTHORIZATION_ENDPOINT))
                .contains(at("/authorize"));
    }

    @Test
    @DisplayName("finds plain OAuth metadata by RFC 8414's insertion, and by the suffix where only that is served")
    void findsBothPlaces() {
        String tenant = issuer.issuer() + "/tenant";
        issuer.serve(OAUTH + "/tenant", issuer.document(tenant));
        issuer.serve("/other" + OPENID, issuer.document(issuer.issuer() + "/other"));

        Partner inserted = registered("oauth2", "{\"issuer\":\"" + tenant + "\"}");
        Partner suffixed = registered("oauth2", "{\"issuer\":\"" + issuer.issuer() + "/other\"}");

        assertThat(reader.metadataOf(inserted).issuer()).contains(tenant);
        assertThat(reader.metadataOf(suffixed).issuer()).contains(issuer.issuer() + "/other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "%s/", "%s/other"})
    @DisplayName("R77 refuses metadata that names another issuer, when the entry is saved and at run time")
    void refusesAnotherIssuer(String other) {
        String named = other.formatted(issuer.issuer());
        issuer.serve(OPENID, issuer.document(named));
        String id = "p-" + UUID.randomUUID();

        Answer refused = admin.post("/partners", body(id, "oidc", "{\"issuer\":\"" + issuer.issuer() + "\"}"));

        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.pointer()).isEqualTo("/settings/endpoints/issuer");
        assertThat(partners.find(id)).isEmpty();

        try (FakeIssuer late = new FakeIssuer()) {
            Partner saved = registered("oidc", "{\"issuer\":\"" + late.issuer() + "\"}");
            late.serve(OPENID, late.document(other.formatted(late.issuer())));
            fails(saved, ProblemType.PARTNER_MISCONFIGURED);
        }
    }

    @Test
    void savesWithAWarningWhatCannotBeReadNow() {
        String id = "p-" + UUID.randomUUID();

        Answer answer = admin.post("/partners", body(id, "oidc", "{\"issuer\":\"" + issuer.issuer() + "\"}"));

        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        assertThat(answer.json().path("warnings")).hasSize(1);
        Partner partner = partners.find(id).orElseThrow();
        issuer.serve(OPENID, issuer.document(issuer.issuer().toString()));
        assertThat(reader.metadataOf(partner).issuer())
                .as("that it could not be read when it was saved is not kept")
                .contains(issuer.issuer().toString());
    }

    @Test
    @DisplayName("R61 an issuer whose metadata cannot be read is asked once in half a minute, however many ask us")
    void leavesAFailingIssuerAlone() throws Exception {
        Partner partner = registered("oidc", "{\"issuer\":\"" + issuer.issuer() + "\"}");
        MutableClock clock = MutableClock.standing();
        MetadataReader ours = new IssuerMetadata(TestOutbound.http(), TestOutbound.guard(true), clock);
        int before = issuer.hits();
        fails(ours, partner, ProblemType.PARTNER_BAD_RESPONSE);
        int once = issuer.hits() - before;

        AtOnce.run(20, () -> {
            fails(ours, partner, ProblemType.PARTNER_BAD_RESPONSE);
            return true;
        });
        clock.advance(Duration.ofSeconds(29));
        fails(ours, partner, ProblemType.PARTNER_BAD_RESPONSE);

        assertThat(issuer.hits() - before).isEqualTo(once);
        issuer.serve(OPENID, issuer.document(issuer.issuer().toString()));
        clock.advance(Duration.ofSeconds(2));
        assertThat(ours.metadataOf(partner).issuer()).contains(issuer.issuer().toString());
    }

    @Test
    @DisplayName("R129 refuses metadata that leads to a forbidden address")
    void refusesForbiddenAddresses() {
        issuer.serve(
                OPENID,
                issuer.document(issuer.issuer().toString()).replace(at("/token").toString(), "https://10.0.0.1/token"));
        String id = "p-" + UUID.randomUUID();

        Answer refused = admin.post("/partners", body(id, "oidc", "{\"issuer\":\"" + issuer.issuer() + "\"}"));

        assertThat(refused.status()).as(refused.text()).isEqualTo(422);
        assertThat(refused.code()).isEqualTo("url_not_allowed");
        assertThat(partners.find(id)).isEmpty();
    }

    @Test
    void needsKeysForIdTokens() {
        issuer.serve(
                OPENID,
                issuer.document(issuer.issuer().toString()).replace("\"jwks_uri\":\"" + at("/jwks") + "\",", ""));

        Answer refused = admin.post(
                "/partners", body("p-" + UUID.randomUUID(), "oidc", "{\"issuer\":\"" + issuer.issuer() + "\"}"));

        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.pointer()).isEqualTo("/settings/endpoints/jwks_uri");
    }

    private void fails(Partner partner, ProblemType type) {
        fails(reader, partner, type);
    }

    private static void fails(MetadataReader ours, Partner partner, ProblemType type) {
        assertThatThrownBy(() -> ours.metadataOf(partner))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(type));
    }

    private Partner registered(String catalog, String endpoints) {
        String id = "p-" + UUID.randomUUID();
        Answer answer = admin.post("/partners", body(id, catalog, endpoints));
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return partners.find(id).orElseThrow();
    }

    private URI at(String path) {
        return URI.create(issuer.issuer() + path);
    }

    private static String body(String id, String catalog, String endpoints) {
        return "{\"id\":\"%s\",\"catalog\":\"%s\",\"credentials\":{\"client_id\":\"c\",\"client_secret\":\"s\"},"
                        .formatted(id, catalog)
                + "\"settings\":{\"endpoints\":" + endpoints + "}}";
    }
}
