package dev.latchkey.partner.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.http.PublicUrl;
import dev.latchkey.partner.Partner;
import dev.latchkey.partner.Partners;
import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import dev.latchkey.secret.Secret;
import dev.latchkey.testkit.TestDatabase;
import dev.latchkey.vault.CredentialVault;
import dev.latchkey.vault.VaultPath;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(PartnerTestProfile.class)
@QuarkusTestResource(TestDatabase.class)
class PartnerRegistryTest {

    private static final String BODY =
            "\"catalog\":\"cryptonit-oauth2\",\"credentials\":" + "{\"client_id\":\"c\",\"client_secret\":\"s\"}}";

    private final AdminApi admin = new AdminApi("admin");
    private final String id = "p-" + UUID.randomUUID();

    @Inject
    Partners partners;

    @Inject
    CredentialVault vault;

    @Inject
    PartnerTables tables;

    @Inject
    Profiles profiles;

    @Inject
    PublicUrl publicUrl;

    @Inject
    PartnerRows rows;

    @Inject
    EntityManager entities;

    @Inject
    PartnerChanges changes;

    @Inject
    FormerWebhookSecrets former;

    @Inject
    FormerClientSecrets formerClient;

    @BeforeEach
    void register() {
        assertThat(admin.post("/partners", "{\"id\":\"" + id + "\"," + BODY).status())
                .isEqualTo(201);
    }

    @Test
    void findsARegistrationWithItsProfile() {
        Partner partner = partners.find(id).orElseThrow();

        assertThat(partner.profile().id()).isEqualTo("cryptonit-oauth2");
        assertThat(partner.redirectUri().getPath()).isEqualTo("/callback/" + id);
        assertThat(partner.name()).isEqualTo(partner.profile().name());
        assertThat(partners.credentials(partner).get("client_secret")).contains(Secret.of("s"));
        assertThat(partners.find("p-unknown")).isEmpty();
    }

    @Test
    void seesAChangeAtOnce() {
        partners.find(id);

        admin.put("/partners/" + id, "{\"name\":\"Changed\"," + BODY);
        assertThat(partners.find(id).orElseThrow().name()).isEqualTo("Changed");

        admin.delete("/partners/" + id);
        assertThat(partners.find(id)).isEmpty();
    }

    @Test
    void keepsNothingThatWasReadBeforeAChangeAndComesAfterIt() {
        AtomicReference<PartnerRegistry> registry = new AtomicReference<>();
        PartnerRows slow = new PartnerRows(entities) {
            @Override
            Optional<Registration> read(String id) {
                Optional<Registration> read = rows.read(id);
                if (!read.orElseThrow().name().equals("Changed")) {
                    admin.put("/partners/" + id, "{\"name\":\"Changed\"," + BODY);
                    registry.get().forget(id);
                }
                return read;
            }
        };
        registry.set(new PartnerRegistry(slow, changes, profiles, vault, former, formerClient, publicUrl));

        assertThat(registry.get().find(id).orElseThrow().name()).isNotEqualTo("Changed");
        assertThat(registry.get().find(id).orElseThrow().name()).isEqualTo("Changed");
    }

    @Test
    void auditsTheMarkOnlyWhenItFlips() {
        partners.markMisconfigured(id, true);
        partners.markMisconfigured(id, true);
        assertThat(partners.find(id).orElseThrow().misconfigured()).isTrue();
        partners.markMisconfigured(id, false);
        partners.markMisconfigured(id, false);
        assertThat(partners.find(id).orElseThrow().misconfigured()).isFalse();

        assertThat(tables.audit(id))
                .filteredOn(row -> row.startsWith("partner_misconfigured"))
                .hasSize(2);
    }

    @Test
    void takesTheMarkAwayWhenAnAdminChangesTheClient() {
        partners.markMisconfigured(id, true);

        admin.put("/partners/" + id, "{" + BODY);

        assertThat(partners.find(id).orElseThrow().misconfigured()).isFalse();
    }

    @Test
    void saysSoWhenTheCredentialsAreGone() {
        Partner partner = partners.find(id).orElseThrow();
        vault.destroy(VaultPath.partner(id));

        assertThatThrownBy(() -> partners.credentials(partner))
                .isInstanceOfSatisfying(
                        BrokerException.class, e -> assertThat(e.type()).isEqualTo(ProblemType.PARTNER_MISCONFIGURED));
    }
}
